import type { ChildShard, KinesisClient } from '@aws-sdk/client-kinesis'
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-kinesis'

export interface ConsumedRecord {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly partitionKey: string
  readonly data: string
}

interface Lease {
  readonly shardId: string
  readonly parents: ReadonlyArray<string>
  owner: string | undefined
  /** A sequence number, or where a reading begins or has ended. */
  checkpoint: string
}

const SHARD_END = 'SHARD_END'
const TRIM_HORIZON = 'TRIM_HORIZON'

/**
 * Workers that read a stream as the Kinesis Client Library does: a lease a shard, which a worker takes
 * when nobody has it and all parents are at their end; records are processed and then checkpointed;
 * leases go from worker to worker; children get their leases when their parents end.
 */
export function startConsumers(options: {
  readonly kinesis: KinesisClient
  readonly StreamName: string
  readonly workers: number
  readonly onRecord: (record: ConsumedRecord) => void
  /** Whether a worker gives its lease to others after this batch. */
  readonly givesUp: () => boolean
}) {
  const { kinesis, StreamName } = options
  const leases = new Map<string, Lease>()
  let stopped = false

  function addLease(shardId: string, parents: ReadonlyArray<string>): void {
    if (leases.has(shardId)) return
    leases.set(shardId, { shardId, parents, owner: undefined, checkpoint: TRIM_HORIZON })
  }

  const isAtEnd = (shardId: string) => leases.get(shardId)?.checkpoint === SHARD_END

  async function syncShards(): Promise<void> {
    const { Shards = [] } = await kinesis.send(
      new ListShardsCommand({ StreamName, ShardFilter: { Type: 'FROM_TRIM_HORIZON' } }),
    )
    for (const { ShardId = '', ParentShardId, AdjacentParentShardId } of Shards) {
      const parents = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined)
      addLease(ShardId, parents)
    }
  }

  function take(worker: string): Lease | undefined {
    for (const lease of leases.values()) {
      const isReady = lease.parents.every((parent) => !leases.has(parent) || isAtEnd(parent))
      if (lease.owner === undefined && lease.checkpoint !== SHARD_END && isReady) {
        lease.owner = worker
        return lease
      }
    }
    return undefined
  }

  async function iteratorOf({ shardId, checkpoint }: Lease): Promise<string | undefined> {
    const place =
      checkpoint === TRIM_HORIZON
        ? { ShardIteratorType: TRIM_HORIZON as 'TRIM_HORIZON' }
        : {
            ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const,
            StartingSequenceNumber: checkpoint,
          }
    const input = { StreamName, ShardId: shardId, ...place }
    return (await kinesis.send(new GetShardIteratorCommand(input))).ShardIterator
  }

  function endOf(lease: Lease, children: ReadonlyArray<ChildShard>): void {
    lease.checkpoint = SHARD_END
    for (const { ShardId = '', ParentShards = [] } of children) addLease(ShardId, ParentShards)
  }

  /** Until the shard ends, the worker gives up its lease, or all is to stop. */
  async function work(lease: Lease): Promise<void> {
    const { shardId } = lease
    for (let ShardIterator = await iteratorOf(lease); !stopped; ) {
      const page = await kinesis
        .send(new GetRecordsCommand({ ShardIterator, Limit: 200 }))
        .catch((error: unknown) => {
          if (error instanceof ProvisionedThroughputExceededException) return undefined
          throw error
        })
      for (const { SequenceNumber = '', PartitionKey = '', Data } of page?.Records ?? []) {
        const data = Buffer.from(Data ?? '').toString()
        options.onRecord({
          shardId,
          sequenceNumber: SequenceNumber,
          partitionKey: PartitionKey,
          data,
        })
        lease.checkpoint = SequenceNumber
      }
      if (page && !page.NextShardIterator) return endOf(lease, page.ChildShards ?? [])
      if (options.givesUp()) return
      ShardIterator = page?.NextShardIterator ?? ShardIterator
      await rest()
    }
  }

  async function runWorker(name: string): Promise<void> {
    const held = new Set<Promise<void>>()
    while (!stopped) {
      const lease = take(name)
      if (lease) {
        const working = work(lease).finally(() => {
          lease.owner = undefined
          held.delete(working)
        })
        held.add(working)
        working.catch(() => undefined)
      } else {
        await syncShards()
      }
      await rest()
    }
    await Promise.all(held)
  }

  const running = syncShards().then(() =>
    Promise.all(
      Array.from({ length: options.workers }, (_, index) => runWorker(`worker-${index}`)),
    ),
  )

  return {
    ended: () => [...leases.values()].filter(({ checkpoint }) => checkpoint === SHARD_END),
    leases: (): ReadonlyArray<Readonly<Lease>> => [...leases.values()],
    async stop(): Promise<void> {
      stopped = true
      await running
    },
  }
}

/** A shard answers five reads a second. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 210))
}
