import type {
  ChildShard,
  GetShardIteratorCommandInput,
  KinesisClient,
  Shard,
} from '@aws-sdk/client-kinesis'
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-kinesis'
import { createChildAbort } from '../base/child-abort.ts'
import type { Clock } from '../base/clock.ts'
import { dateOf } from '../base/clock.ts'

export type FollowStart =
  | { readonly at: 'LATEST' }
  | { readonly at: 'TRIM_HORIZON' }
  | { readonly at: 'AT_TIMESTAMP'; readonly timestampMs: number }

export interface FollowedRecord {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly partitionKey: string
  readonly arrivalMs: number
  readonly data: Uint8Array
}

export interface FollowRequest {
  readonly client: KinesisClient
  readonly clock: Clock
  /** Its name or ARN. */
  readonly stream: string
  readonly start: FollowStart
  /** Else it ends when everything that is there was read. */
  readonly follows: boolean
  readonly signal: AbortSignal
  readonly onRecord: (record: FollowedRecord) => void
}

/** A shard answers five reads a second to all that read it: one of them is enough for us. */
const REST_MS = 1000
/** After a refusal for throughput, and between reads of a shard that has more. */
const PAUSE_MS = 250

/**
 * Reads all shards of a stream side by side, a shard after its parents, so that the records of a key
 * come in order. Resolves when all of it was read and nothing follows, or when the signal aborts.
 */
export async function followStream(request: FollowRequest): Promise<void> {
  const all = createChildAbort(request.signal)
  const readings = createReadings({ ...request, signal: all.signal }, () => all.end())
  try {
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of await listShards(request)) {
      readings.add(ShardId ?? '', [ParentShardId, AdjacentParentShardId], request.start)
    }
    await readings.end()
  } catch (error) {
    if (!request.signal.aborted) throw error
  } finally {
    all.end()
  }
}

/** The readings of all shards: which there are, which wait for a parent, and whether one failed. */
function createReadings(request: FollowRequest, stop: () => void) {
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, { readonly parents: Set<string>; readonly start: FollowStart }>()
  const finished = new Set<string>()
  let failure: unknown

  function begin(shardId: string, start: FollowStart): void {
    waiting.delete(shardId)
    const reading = readShard(request, shardId, start).then(
      (children) => finish(shardId, children),
      (error: unknown) => {
        failure ??= error
        stop()
      },
    )
    running.set(shardId, reading)
  }

  function finish(shardId: string, children: ReadonlyArray<ChildShard>): void {
    finished.add(shardId)
    const start = request.start.at === 'AT_TIMESTAMP' ? request.start : FROM_START
    for (const { ShardId = '', ParentShards = [] } of children) add(ShardId, ParentShards, start)
    for (const [child, { parents, start }] of waiting) {
      parents.delete(shardId)
      if (parents.size === 0) begin(child, start)
    }
  }

  /** Begins to read the shard when its parents, as far as they are read at all, have been read. */
  function add(
    shardId: string,
    parentIds: ReadonlyArray<string | undefined>,
    start: FollowStart,
  ): void {
    if (running.has(shardId) || waiting.has(shardId) || request.signal.aborted) return
    const isUnread = (id: string | undefined): id is string =>
      id !== undefined && (running.has(id) || waiting.has(id)) && !finished.has(id)
    const parents = new Set(parentIds.filter(isUnread))
    if (parents.size === 0) begin(shardId, start)
    else waiting.set(shardId, { parents, start })
  }

  return {
    add,
    /** Resolves when no reading is left, or throws what ended one. */
    async end(): Promise<void> {
      for (let waitedFor = -1; waitedFor < running.size; ) {
        waitedFor = running.size
        await Promise.all(running.values())
      }
      if (failure) throw failure
    },
  }
}

const FROM_START: FollowStart = { at: 'TRIM_HORIZON' }

/** The shards that have records from the start on. */
async function listShards({ client, stream, start, signal }: FollowRequest): Promise<Shard[]> {
  const timestamp = start.at === 'AT_TIMESTAMP' ? dateOf(start.timestampMs) : undefined
  const filter = {
    LATEST: { Type: 'AT_LATEST' as const },
    TRIM_HORIZON: { Type: 'FROM_TRIM_HORIZON' as const },
    AT_TIMESTAMP: { Type: 'FROM_TIMESTAMP' as const, Timestamp: timestamp },
  }[start.at]
  const shards: Shard[] = []
  for (let NextToken: string | undefined; ; ) {
    const input = NextToken ? { NextToken } : { ...nameOf(stream), ShardFilter: filter }
    const page = await client.send(new ListShardsCommand(input), { abortSignal: signal })
    shards.push(...(page.Shards ?? []))
    NextToken = page.NextToken
    if (!NextToken) return shards
  }
}

/** Resolves with the children when the shard has ended, or with none when nothing follows. */
async function readShard(
  request: FollowRequest,
  shardId: string,
  start: FollowStart,
): Promise<ReadonlyArray<ChildShard>> {
  const { client, clock, stream, follows, signal, onRecord } = request
  const named = stream.startsWith('arn:') ? { StreamARN: stream } : {}
  const beganMs = clock.wallMs()
  let last: string | undefined
  let iterator = await iteratorOf(request, shardId, placeOf(start))
  for (;;) {
    const input = { ShardIterator: iterator, ...named }
    const page = await client
      .send(new GetRecordsCommand(input), { abortSignal: signal })
      .catch(passing)
    if (page === 'expired') {
      iterator = await iteratorOf(request, shardId, placeAfter(last, start, beganMs))
      continue
    }
    for (const record of page?.Records ?? []) {
      last = record.SequenceNumber
      onRecord({
        shardId,
        sequenceNumber: record.SequenceNumber ?? '',
        partitionKey: record.PartitionKey ?? '',
        arrivalMs: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
        data: record.Data ?? new Uint8Array(),
      })
      if (signal.aborted) return []
    }
    if (page && !page.NextShardIterator) return page.ChildShards ?? []
    const isAtEnd = page?.MillisBehindLatest === 0
    if (isAtEnd && !follows) return []
    await clock.sleep(isAtEnd ? REST_MS : PAUSE_MS, signal)
    if (signal.aborted) return []
    iterator = page?.NextShardIterator ?? iterator
  }
}

type Place = Pick<
  GetShardIteratorCommandInput,
  'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'
>

async function iteratorOf(
  { client, stream, signal }: FollowRequest,
  shardId: string,
  place: Place,
): Promise<string | undefined> {
  const input = { ...nameOf(stream), ShardId: shardId, ...place }
  const answer = await client.send(new GetShardIteratorCommand(input), { abortSignal: signal })
  return answer.ShardIterator
}

function placeOf(start: FollowStart): Place {
  const { at: ShardIteratorType } = start
  if (start.at !== 'AT_TIMESTAMP') return { ShardIteratorType }
  return { ShardIteratorType, Timestamp: dateOf(start.timestampMs) }
}

/** Where to go on when the iterator has expired. */
function placeAfter(last: string | undefined, start: FollowStart, beganMs: number): Place {
  if (last !== undefined) {
    return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last }
  }
  return placeOf(start.at === 'LATEST' ? { at: 'AT_TIMESTAMP', timestampMs: beganMs } : start)
}

/** Refusals that pass: of one for throughput nothing is known, and the same place is asked again. */
function passing(error: unknown): 'expired' | undefined {
  if (error instanceof ProvisionedThroughputExceededException) return undefined
  if (error instanceof ExpiredIteratorException) return 'expired'
  throw error
}

function nameOf(stream: string) {
  return stream.startsWith('arn:') ? { StreamARN: stream } : { StreamName: stream }
}
