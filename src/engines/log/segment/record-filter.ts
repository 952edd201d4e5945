// Hot while a partition is compacted: stand-alone loops over buffers.
import { assert } from '../../../base/assert.ts'
import {
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  DELETE_HORIZON,
  LOG_APPEND_TIME,
  rebuildBatch,
} from './record-batch.ts'
import type { OpenBatch } from './record-decode.ts'
import type { Cursor } from './varint.ts'
import { readVarint, varintSize, writeVarint } from './varint.ts'

/** One record where it lies in its batch. */
export interface RawRecord {
  readonly offset: number
  readonly offsetDelta: number
  readonly timestampDelta: number
  readonly key: Buffer | null
  readonly isTombstone: boolean
  readonly attributes: number
  /** Key, value and headers as they are. */
  readonly rest: Buffer
}

export function rawRecords({ header, payload, from }: OpenBatch): RawRecord[] {
  const records: RawRecord[] = []
  const cursor: Cursor = { at: from }
  for (let index = 0; index < header.recordCount; index++) {
    const end = readVarint(payload, cursor) + cursor.at
    const attributes = payload[cursor.at++] ?? 0
    const timestampDelta = readVarint(payload, cursor)
    const offsetDelta = readVarint(payload, cursor)
    const restAt = cursor.at
    const keyLength = readVarint(payload, cursor)
    const key = keyLength < 0 ? null : payload.subarray(cursor.at, cursor.at + keyLength)
    cursor.at += Math.max(keyLength, 0)
    const isTombstone = readVarint(payload, cursor) < 0
    const rest = payload.subarray(restAt, end)
    const offset = header.baseOffset + offsetDelta
    records.push({ offset, offsetDelta, timestampDelta, key, isTombstone, attributes, rest })
    cursor.at = end
  }
  return records
}

/**
 * The batch with these records of it alone: they keep their offsets and times, and the batch its
 * place, its producer and its sequence numbers. It is not compressed.
 *
 * With `horizonMs` the batch says from when on its tombstones (or its marker) may go; the field of
 * the base timestamp holds that, as in Apache Kafka (KIP-534).
 */
export function keepRecords(
  { header, payload }: OpenBatch,
  original: Buffer,
  records: ReadonlyArray<RawRecord>,
  horizonMs: number | undefined,
): Buffer {
  const baseTimestampMs = horizonMs ?? header.baseTimestampMs
  const shift = header.baseTimestampMs - baseTimestampMs
  const sizes = records.map((record) => bodySize(record, shift))
  const sizeBytes = sizes.reduce((sum, size) => sum + varintSize(size) + size, BATCH_HEADER_BYTES)
  assert(payload.length > 0, 'a batch that is open has records')
  const target = Buffer.allocUnsafe(sizeBytes)
  original.copy(target, 0, 0, BATCH_HEADER_BYTES)
  let at = BATCH_HEADER_BYTES
  for (const [index, record] of records.entries()) {
    at = writeVarint(target, sizes[index] ?? 0, at)
    target[at++] = record.attributes
    at = writeVarint(target, record.timestampDelta + shift, at)
    at = writeVarint(target, record.offsetDelta, at)
    at += record.rest.copy(target, at)
  }
  assert(at === sizeBytes, 'a batch is as long as computed')
  const times = records.map(({ timestampDelta }) => header.baseTimestampMs + timestampDelta)
  const isAppendTime = (header.attributes & LOG_APPEND_TIME) !== 0
  rebuildBatch(target, {
    attributes:
      (header.attributes & ~COMPRESSION_MASK) | (horizonMs === undefined ? 0 : DELETE_HORIZON),
    baseTimestampMs,
    maxTimestampMs: isAppendTime ? header.maxTimestampMs : Math.max(...times),
    recordCount: records.length,
  })
  return target
}

function bodySize({ timestampDelta, offsetDelta, rest }: RawRecord, shift: number): number {
  return 1 + varintSize(timestampDelta + shift) + varintSize(offsetDelta) + rest.length
}
