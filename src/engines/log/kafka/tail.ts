import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { KafkaFault } from '../../kafka-client/kafka-fault.ts'
import type { FetchedPartition } from '../../kafka-client/partition-requests.ts'
import { fetchPartitions } from '../../kafka-client/partition-requests.ts'
import { readChunk } from './chunk.ts'
import type { Fence } from './fence.ts'
import type { Partition } from './partition.ts'

/** Sees to it that those who wait for records of a partition are woken by them. */
export interface Tail {
  /** Call it when the partition has got a waiter. */
  watch(partition: Partition): void
}

export interface TailDeps {
  readonly cluster: KafkaCluster
  readonly clock: Clock
  readonly log: Logger
  readonly fence: Fence
  readonly closing: AbortSignal
  /** Finds out where a partition ends, when a poll cannot go on from where it was. */
  refresh(partition: Partition): Promise<unknown>
}

/** Requests that wait at one broker; partitions that come to be watched join the next one. */
const LANES = [0, 1, 2, 3, 4, 5, 6, 7]
const WAIT_MS = 500
const BYTES_MAX = 1 << 20
const PAUSE_MS = 100

/** One request waits at a broker for all partitions that are watched, as far as may be. */
export function createTail(deps: TailDeps): Tail {
  const { cluster, closing } = deps
  const watched = new Set<Partition>()
  const pending = new Set<Partition>()
  const lanes = new Map<number, Set<number>>()
  let isStarting = false
  let isMissed = false

  function start(): void {
    if (pending.size === 0 || closing.aborted) return
    isMissed = isStarting
    if (isStarting) return
    isStarting = true
    // Behind what else comes to be watched in this turn.
    void Promise.resolve()
      .then(startAll)
      .finally(() => {
        isStarting = false
        if (isMissed) start()
      })
  }

  async function startAll(): Promise<void> {
    for (const [broker, group] of await byLeader()) {
      const taken = lanes.get(broker) ?? new Set()
      lanes.set(broker, taken)
      const lane = LANES.find((one) => !taken.has(one))
      if (lane === undefined) continue
      taken.add(lane)
      for (const partition of group) pending.delete(partition)
      void poll(broker, lane, group).finally(() => {
        taken.delete(lane)
        start()
      })
    }
  }

  async function byLeader(): Promise<ReadonlyMap<number, Partition[]>> {
    const groups = new Map<number, Partition[]>()
    for (const partition of [...pending]) {
      try {
        const broker = await cluster.leaderOf(partition.kafka)
        const group = groups.get(broker) ?? []
        groups.set(broker, group)
        group.push(partition)
      } catch (error) {
        pending.delete(partition)
        void later(partition, error)
      }
    }
    return groups
  }

  async function poll(
    broker: number,
    lane: number,
    group: ReadonlyArray<Partition>,
  ): Promise<void> {
    const wishes = group.map(({ kafka, clearTo }) => {
      return { ...kafka, offset: clearTo, bytesMax: BYTES_MAX }
    })
    try {
      const options = { lane: `poll-${lane}`, waitMs: WAIT_MS } as const
      const answers = await fetchPartitions(cluster, broker, wishes, options)
      for (const [index, partition] of group.entries()) {
        const answer = answers[index]
        const offset = wishes[index]?.offset
        if (!answer || offset === undefined) continue
        void take(deps, partition, offset, answer).then(again, (error) => later(partition, error))
      }
    } catch (error) {
      for (const partition of group) void later(partition, error)
    }
  }

  async function later(partition: Partition, error: unknown): Promise<void> {
    await pause(deps, partition, error)
    again(partition)
  }

  function again(partition: Partition): void {
    if (partition.isRemoved || partition.waiters.size === 0) {
      watched.delete(partition)
      return
    }
    pending.add(partition)
    start()
  }

  return {
    watch(partition) {
      if (watched.has(partition)) return
      watched.add(partition)
      pending.add(partition)
      start()
    },
  }
}

async function take(
  { fence, refresh }: TailDeps,
  partition: Partition,
  offset: number,
  answer: FetchedPartition,
): Promise<Partition> {
  if (answer.code === 'OFFSET_OUT_OF_RANGE') await refresh(partition)
  else if (answer.code !== 'NONE') throw new KafkaFault(answer.code, partition.kafka.topic)
  else if (answer.records.length > 0) {
    await fence.absorb(partition, readChunk(answer.records, offset))
  }
  return partition
}

/** A fault: whoever removed the partition said so in the metadata; anything else may pass. */
async function pause(deps: TailDeps, partition: Partition, error: unknown): Promise<void> {
  const { cluster, clock, log, fence, closing } = deps
  if (partition.isRemoved) return
  cluster.forget(partition.kafka.topic)
  if (!(error instanceof EngineError)) log.error({ err: error }, 'a poll failed')
  try {
    if (error instanceof EngineError && error.kind === 'not-found') await fence.reload(partition)
  } catch (failure) {
    log.debug({ err: failure }, 'a partition that is watched is not there, or not now')
  }
  await clock.sleep(PAUSE_MS, closing)
}
