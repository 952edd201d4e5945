import { createChildAbort } from '../../base/child-abort.ts'
import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { streamArn } from '../kinesis/stream.ts'
import type { ShardState, StreamReader, StreamRecord } from '../kinesis/stream-reader.ts'
import type { Channel } from './channel.ts'
import type { Channels } from './channels.ts'
import { OBJECT_BYTES } from './limits.ts'
import type { Batch, Progress, ShardRange } from './progress.ts'

export interface SourceDeps {
  readonly reader: StreamReader
  readonly channels: Channels
  readonly clock: Clock
}

export interface SourceRecord extends StreamRecord {
  readonly shardId: string
}

/** Freshness is a matter of minutes: a look a second is soon enough, however many records come. */
const LOOK_MS = 1_000
/** What a record takes in memory beside what is in it: many small ones fill an object, too. */
const RECORD_BYTES = 128
const READ_BYTES = 4 * 1024 * 1024
const RECORDS_A_READ = 10_000

/** Where a delivery begins that shall have only what comes from now on. */
export async function startAtEnd(
  { reader }: Pick<SourceDeps, 'reader'>,
  scope: Scope,
  { source }: Channel,
): Promise<Progress> {
  const arn = streamArn({ ...scope, name: source.streamName })
  const shards = await reader.shardsOf(arn)
  const positions: Record<string, number> = {}
  for (const { shardId } of shards) {
    positions[shardId] = await reader.startOffset(arn, shardId, { at: 'LATEST' })
  }
  return { positions }
}

/**
 * The next records to be delivered together: as many as an object shall have, or those that are there
 * when the oldest is as old as the channel lets it become. Undefined when the channel is changed
 * before that, or the signal aborts. Nothing is kept but where they are.
 */
export async function nextBatch(
  deps: SourceDeps,
  scope: Scope,
  channel: Channel,
  progress: Progress,
  signal: AbortSignal,
): Promise<Batch | undefined> {
  const gathering = createGathering(deps.reader, scope, channel, progress)
  const freshnessMs = channel.freshnessSeconds * 1000
  while (!signal.aborted) {
    const look = createChildAbort(signal)
    try {
      const changed = deps.channels.waitForChange(look.signal)
      const current = await deps.channels.find(scope, channel)
      if (current?.status !== 'ACTIVE') return undefined
      const hasMore = await gathering.look()
      const batch = gathering.batch()
      const leftMs = batch ? batch.firstArrivalMs + freshnessMs - deps.clock.wallMs() : LOOK_MS
      if (batch && (gathering.isFull() || leftMs <= 0)) return batch
      if (hasMore) continue
      await Promise.race([changed, deps.clock.sleep(Math.min(leftMs, LOOK_MS), look.signal)])
    } finally {
      look.end()
    }
  }
  return undefined
}

/** The records of a batch, those of each shard in their order. What has expired meanwhile is left out. */
export async function readBatch(
  { reader }: Pick<SourceDeps, 'reader'>,
  scope: Scope,
  { source }: Channel,
  { ranges }: Batch,
): Promise<ReadonlyArray<SourceRecord>> {
  const arn = streamArn({ ...scope, name: source.streamName })
  const records: SourceRecord[] = []
  for (const { shardId, from, to } of ranges) {
    for (let offset = from; offset < to; ) {
      const request = { offset, recordsMax: RECORDS_A_READ, bytesMax: READ_BYTES }
      const batch = await reader.read(arn, shardId, request)
      for (const record of batch.records) {
        if (record.offset < to) records.push({ ...record, shardId })
      }
      if (batch.nextOffset <= offset) break
      offset = batch.nextOffset
    }
  }
  return records
}

function createGathering(
  reader: StreamReader,
  scope: Scope,
  { source }: Channel,
  progress: Progress,
) {
  const arn = streamArn({ ...scope, name: source.streamName })
  const positions = new Map(Object.entries(progress.positions))
  const ranges = new Map<string, ShardRange>()
  const drained = new Set<string>()
  let sizeBytes = 0
  let firstArrivalMs = Number.POSITIVE_INFINITY
  const isFull = () => sizeBytes >= OBJECT_BYTES

  /** True when there is more in the shard, or in its children. */
  async function lookInto(shardId: string): Promise<boolean> {
    const offset =
      positions.get(shardId) ?? (await reader.startOffset(arn, shardId, { at: 'TRIM_HORIZON' }))
    const bytesMax = Math.min(OBJECT_BYTES - sizeBytes, READ_BYTES)
    const request = { offset, recordsMax: RECORDS_A_READ, bytesMax }
    const { records, nextOffset, endOffset, closed } = await reader.read(arn, shardId, request)
    for (const { data, partitionKey, arrivalMs } of records) {
      sizeBytes += data.length + partitionKey.length + RECORD_BYTES
      firstArrivalMs = Math.min(firstArrivalMs, arrivalMs)
    }
    if (records.length > 0) {
      const from = ranges.get(shardId)?.from ?? offset
      ranges.set(shardId, { shardId, from, to: nextOffset })
    }
    positions.set(shardId, nextOffset)
    if (nextOffset < endOffset) return nextOffset > offset
    if (closed) drained.add(shardId)
    return closed
  }

  return {
    isFull,
    async look(): Promise<boolean> {
      let hasMore = false
      for (const { shardId } of readable(await reader.shardsOf(arn), drained)) {
        if (isFull()) return true
        if (await lookInto(shardId)) hasMore = true
      }
      return hasMore
    },
    batch: (): Batch | undefined =>
      ranges.size === 0 ? undefined : { ranges: [...ranges.values()], firstArrivalMs },
  }
}

/** Shards with something left whose parents have nothing left. */
function readable(
  shards: ReadonlyArray<ShardState>,
  drained: ReadonlySet<string>,
): ReadonlyArray<ShardState> {
  const left = new Set(shards.map(({ shardId }) => shardId).filter((id) => !drained.has(id)))
  return shards.filter(
    ({ shardId, parentShardIds }) =>
      left.has(shardId) && !parentShardIds.some((parent) => left.has(parent)),
  )
}
