import { isUtf8 } from 'node:buffer'
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { LogEngine, PartitionId, ReadBatch, StoredRecord } from '../../engines/log/port.ts'
import { secondOf, sequenceNumbersOf } from './sequence-number.ts'
import type { Shard, Stream, StreamKey } from './stream.ts'
import { findShard, partitionOf, retentionMsOf } from './stream.ts'
import { noSuchShard } from './stream-errors.ts'
import type { ShardBatch, ShardReadRequest, StartPosition, StreamRecord } from './stream-reader.ts'

/** Reads of shards, as GetRecords, SubscribeToShard and the consumers inside the house need them. */
export interface ShardReads {
  /** Where a reading that starts so begins. */
  startOffset(at: ShardAt, start: StartPosition): Promise<number>
  /**
   * Records from `offset` on; where they have expired, from the oldest one that has not. Throws
   * `ResourceNotFoundException` when the shard is no longer there.
   */
  read(at: ShardAt, request: ShardReadRequest): Promise<ShardBatch>
  /** Resolves when there is a record at or behind `offset`, the shard is closed, or on abort. */
  waitFor(at: ShardAt, offset: number, signal: AbortSignal): Promise<void>
}

export interface ShardAt {
  readonly key: StreamKey
  readonly stream: Stream
  readonly shard: Shard
}

/** Throws `ResourceNotFoundException` when the stream has no shard of this number. */
export function shardAt(key: StreamKey, stream: Stream, number: number): ShardAt {
  const shard = findShard(stream, number)
  if (!shard) throw noSuchShard(key, number)
  return { key, stream, shard }
}

/** What a tombstone of Kafka holds. */
const NO_DATA = new Uint8Array(0)
const CLOSING_LOOK_MS = 20
const EMPTY_READS_MAX = 100
/** The last second that a sequence number can tell, in milliseconds. */
const ARRIVAL_MS_MAX = 0xfffffffff * 1000

export function createShardReads(deps: {
  readonly log: LogEngine
  readonly clock: Clock
}): ShardReads {
  const { log, clock } = deps
  const idOf = ({ key, stream, shard }: ShardAt) => partitionOf(key, stream, shard.number)
  const oldestMs = ({ stream }: ShardAt) => clock.wallMs() - retentionMsOf(stream)

  /** The log removes whole segments; to the millisecond, records expire here. */
  async function trimmedOffset(at: ShardAt): Promise<number> {
    return log.offsetAt(idOf(at), oldestMs(at))
  }

  async function readStored(at: ShardAt, request: ShardReadRequest) {
    const id = idOf(at)
    const { startOffset, endOffset } = await log.bounds(id)
    // A record that was put while a transaction of Kafka is open is seen when that has ended.
    if (request.offset > endOffset) return { records: [], nextOffset: request.offset, endOffset }
    const offset = Math.max(request.offset, startOffset)
    const batch = await readOver(id, { ...request, offset })
    const first = batch.records[0]
    if (!first || first.timestampMs >= oldestMs(at)) return batch
    return readOver(id, { ...request, offset: Math.max(offset, await trimmedOffset(at)) })
  }

  /**
   * Reads over what is no record: control and aborted batches of Kafka's transactions, and what
   * compaction took away. A reader that is answered nothing must be at the end, as far as can be.
   */
  async function readOver(id: PartitionId, request: ShardReadRequest): Promise<ReadBatch> {
    let batch = await log.read(id, request)
    for (let round = 0; round < EMPTY_READS_MAX; round++) {
      const { records, nextOffset, endOffset } = batch
      if (records.length > 0 || nextOffset >= endOffset) break
      batch = await log.read(id, { ...request, offset: nextOffset })
      if (batch.nextOffset === nextOffset) break
    }
    return batch
  }

  return {
    async startOffset(at, start) {
      return orNoSuchShard(at, async () => {
        if (start.at === 'LATEST') return (await log.bounds(idOf(at))).endOffset
        if (start.at === 'TRIM_HORIZON') return trimmedOffset(at)
        return log.offsetAt(idOf(at), Math.max(start.timestampMs, oldestMs(at)))
      })
    },
    async read(at, request) {
      const { records, nextOffset, endOffset } = await orNoSuchShard(at, () =>
        readStored(at, request),
      )
      const closed = at.shard.closed !== undefined
      return { records: toStreamRecords(at.shard, records), nextOffset, endOffset, closed }
    },
    async waitFor(at, offset, signal) {
      await orNoSuchShard(at, async () => {
        await log.waitFor(idOf(at), offset, signal)
        if (at.shard.closed || (await log.bounds(idOf(at))).endOffset > offset) return
        // The log has closed the shard, and the stream is about to say so.
        await clock.sleep(CLOSING_LOOK_MS, signal)
      })
    },
  }
}

/** A partition goes with its stream, or when all records of a closed shard have expired. */
async function orNoSuchShard<T>({ key, shard }: ShardAt, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'not-found') {
      throw noSuchShard(key, shard.number)
    }
    throw error
  }
}

function toStreamRecords(
  shard: Shard,
  records: ReadonlyArray<StoredRecord>,
): ReadonlyArray<StreamRecord> {
  const numbers: string[] = []
  for (let start = 0; start < records.length; ) {
    const first = records[start] as StoredRecord
    const arrivalMs = arrivalOf(first)
    const second = secondOf(arrivalMs)
    let end = start + 1
    for (; end < records.length; end++) {
      const record = records[end] as StoredRecord
      const isNext = record.offset === first.offset + (end - start)
      if (!isNext || secondOf(arrivalOf(record)) !== second) break
    }
    const run = { offset: first.offset, arrivalMs, count: end - start }
    for (const number of sequenceNumbersOf(shard, run)) numbers.push(number)
    start = end
  }
  return records.map((record, index) => ({
    offset: record.offset,
    sequenceNumber: numbers[index] ?? '',
    partitionKey: partitionKeyOf(record),
    data: record.value ?? NO_DATA,
    arrivalMs: arrivalOf(record),
  }))
}

/** Producers of Kafka may give any time. */
function arrivalOf({ timestampMs }: StoredRecord): number {
  return Math.min(Math.max(timestampMs, 0), ARRIVAL_MS_MAX)
}

/** A record without a key has an empty one; keys of Kafka's producers that are no text are shown as base64. */
function partitionKeyOf({ key }: StoredRecord): string {
  if (key === null) return ''
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  const text = bytes.utf8Slice(0, bytes.length)
  return text.includes('\ufffd') && !isUtf8(bytes) ? bytes.toString('base64') : text
}
