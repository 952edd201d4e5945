// Hot: stand-alone loops over arrays and buffers; nothing is allocated a record but the answer.
import { assert } from '../../../base/assert.ts'
import { EngineError } from '../../../base/errors.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import type { LogRecord, StoredRecord } from '../port.ts'

/*
 * Kafka's RecordBatch v2 (KIP-98), our format on disk. All integers are big-endian.
 *
 *     batch  = baseOffset i64, length i32 (of what follows), leaderEpoch i32, magic i8 = 2,
 *              crc u32 (CRC-32C of what follows), attributes i16, lastOffsetDelta i32,
 *              baseTimestamp i64, maxTimestamp i64, producerId i64, producerEpoch i16,
 *              baseSequence i32, recordCount i32, record*
 *     record = length varint (of what follows), attributes i8, timestampDelta varint,
 *              offsetDelta varint, bytes (key), bytes (value), headerCount varint, header*
 *     header = bytes (name), bytes (value)
 *     bytes  = length varint (-1: null), byte*
 *     varint = zigzag, seven bits a byte, lowest first
 *
 * baseOffset and leaderEpoch are outside the checksum, so an offset is stamped without hashing again.
 */
const LENGTH_AT = 8
const MAGIC_AT = 16
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const LAST_OFFSET_DELTA_AT = 23
const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_AT = 43
const COUNT_AT = 57
/** Bytes before the first record. */
export const BATCH_HEADER_BYTES = 61
/** baseOffset and length, which the length does not count. */
const LENGTH_OVERHEAD = 12
const MAGIC = 2
const COMPRESSION_MASK = 7
/** Values up to this length are copied by hand, which is faster than a call. */
const SMALL_BYTES = 24

export interface BatchHeader {
  readonly baseOffset: number
  /** One behind the last record. */
  readonly endOffset: number
  readonly sizeBytes: number
  readonly maxTimestampMs: number
}

/** What a read may still take; counted down by `decodeRecords`. */
export interface ReadBudget {
  recordsLeft: number
  bytesLeft: number
}

/**
 * One batch of all records of the given lists, in order, with base offset 0 (see `stampBaseOffset`).
 * There must be at least one record.
 */
export function encodeRecordBatch(lists: ReadonlyArray<ReadonlyArray<LogRecord>>): Buffer {
  const baseTimestampMs = lists[0]?.[0]?.timestampMs
  assert(baseTimestampMs !== undefined, 'a batch has a record')
  const sizes = recordSizes(lists, baseTimestampMs)
  const sizeBytes = batchSize(sizes)
  const target = Buffer.allocUnsafe(sizeBytes)
  let maxTimestampMs = baseTimestampMs
  let count = 0
  let at = BATCH_HEADER_BYTES
  for (const records of lists) {
    for (const record of records) {
      if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs
      at = writeVarint(target, sizes[count] as number, at)
      at = writeRecord(target, at, record, record.timestampMs - baseTimestampMs, count)
      count++
    }
  }
  assert(at === sizeBytes, 'a batch is as long as computed')
  target.fill(0, 0, BATCH_HEADER_BYTES)
  target.writeInt32BE(sizeBytes - LENGTH_OVERHEAD, LENGTH_AT)
  target[MAGIC_AT] = MAGIC
  target.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT)
  writeInt64(target, baseTimestampMs, BASE_TIMESTAMP_AT)
  writeInt64(target, maxTimestampMs, MAX_TIMESTAMP_AT)
  // No producer: id, epoch and sequence are -1.
  target.fill(0xff, PRODUCER_AT, COUNT_AT)
  target.writeInt32BE(count, COUNT_AT)
  target.writeUInt32BE(crc32c(target.subarray(ATTRIBUTES_AT)), CRC_AT)
  return target
}

export function stampBaseOffset(batch: Buffer, baseOffset: number): void {
  writeInt64(batch, baseOffset, 0)
}

/** The header of the batch at `at`, or undefined when these bytes cannot be one. */
export function readBatchHeader(bytes: Buffer, at: number): BatchHeader | undefined {
  if (bytes.length - at < BATCH_HEADER_BYTES || bytes[at + MAGIC_AT] !== MAGIC) return undefined
  const length = bytes.readInt32BE(at + LENGTH_AT)
  const lastOffsetDelta = bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT)
  if (length < BATCH_HEADER_BYTES - LENGTH_OVERHEAD || lastOffsetDelta < 0) return undefined
  const baseOffset = readInt64(bytes, at)
  return {
    baseOffset,
    endOffset: baseOffset + lastOffsetDelta + 1,
    sizeBytes: length + LENGTH_OVERHEAD,
    maxTimestampMs: readInt64(bytes, at + MAX_TIMESTAMP_AT),
  }
}

/** The checksum that the batch says it has. */
export function storedChecksum(batch: Buffer): number {
  return batch.readUInt32BE(CRC_AT)
}

/** True when the bytes are one whole batch and the checksum holds. */
export function isSoundBatch(batch: Buffer): boolean {
  return (
    readBatchHeader(batch, 0)?.sizeBytes === batch.length &&
    crc32c(batch.subarray(ATTRIBUTES_AT)) === storedChecksum(batch)
  )
}

/**
 * Adds the records of a sound batch with an offset >= `fromOffset` to `into` until the budget is
 * used up; the first record of `into` is taken whatever its size. Keys and values are views.
 */
export function decodeRecords(
  batch: Buffer,
  fromOffset: number,
  budget: ReadBudget,
  into: StoredRecord[],
): void {
  refuseCompression(batch)
  const baseOffset = readInt64(batch, 0)
  const baseTimestampMs = readInt64(batch, BASE_TIMESTAMP_AT)
  const count = batch.readInt32BE(COUNT_AT)
  const cursor: Cursor = { at: BATCH_HEADER_BYTES }
  for (let index = 0; index < count; index++) {
    const length = readVarint(batch, cursor)
    const end = cursor.at + length
    const offset = baseOffset + index
    if (offset >= fromOffset) {
      if (budget.recordsLeft <= 0) return
      if (length > budget.bytesLeft && into.length > 0) {
        // Nothing behind this record may be taken either.
        budget.bytesLeft = 0
        return
      }
      budget.recordsLeft--
      budget.bytesLeft -= length
      into.push(readRecord(batch, cursor, offset, baseTimestampMs))
    }
    cursor.at = end
  }
}

/** Offset of the first record of a sound batch with a timestamp >= `timestampMs`, if there is one. */
export function findTimestamp(batch: Buffer, timestampMs: number): number | undefined {
  refuseCompression(batch)
  const baseOffset = readInt64(batch, 0)
  const baseTimestampMs = readInt64(batch, BASE_TIMESTAMP_AT)
  const count = batch.readInt32BE(COUNT_AT)
  const cursor: Cursor = { at: BATCH_HEADER_BYTES }
  for (let index = 0; index < count; index++) {
    const length = readVarint(batch, cursor)
    const end = cursor.at + length
    cursor.at++
    if (baseTimestampMs + readVarint(batch, cursor) >= timestampMs) return baseOffset + index
    cursor.at = end
  }
  return undefined
}

interface Cursor {
  at: number
}

function readRecord(
  batch: Buffer,
  cursor: Cursor,
  offset: number,
  baseTimestampMs: number,
): StoredRecord {
  cursor.at++
  const timestampMs = baseTimestampMs + readVarint(batch, cursor)
  readVarint(batch, cursor)
  const key = readBytes(batch, cursor)
  const value = readBytes(batch, cursor)
  const headerCount = readVarint(batch, cursor)
  if (headerCount === 0) return { offset, key, value, timestampMs }
  const headers = Array.from({ length: headerCount }, () => ({
    name: readBytes(batch, cursor)?.toString('utf8') ?? '',
    value: readBytes(batch, cursor),
  }))
  return { offset, key, value, timestampMs, headers }
}

function refuseCompression(batch: Buffer): void {
  if ((batch.readInt16BE(ATTRIBUTES_AT) & COMPRESSION_MASK) !== 0) {
    throw new EngineError('unsupported', 'a compressed record batch cannot be taken apart')
  }
}

function recordSizes(
  lists: ReadonlyArray<ReadonlyArray<LogRecord>>,
  baseTimestampMs: number,
): ReadonlyArray<number> {
  const sizes: number[] = []
  for (const records of lists) {
    for (const record of records) {
      sizes.push(recordSize(record, record.timestampMs - baseTimestampMs, sizes.length))
    }
  }
  return sizes
}

function batchSize(recordSizes: ReadonlyArray<number>): number {
  let size = BATCH_HEADER_BYTES
  for (const body of recordSizes) size += varintSize(body) + body
  return size
}

function recordSize(record: LogRecord, timestampDelta: number, offsetDelta: number): number {
  const { key, value, headers } = record
  let size = 1 + varintSize(timestampDelta) + varintSize(offsetDelta)
  size += (typeof key === 'string' ? textSize(key) : bytesSize(key)) + bytesSize(value)
  if (headers === undefined) return size + 1
  size += varintSize(headers.length)
  for (const header of headers) {
    size += textSize(header.name) + bytesSize(header.value)
  }
  return size
}

function writeRecord(
  target: Buffer,
  start: number,
  record: LogRecord,
  timestampDelta: number,
  offsetDelta: number,
): number {
  let at = start
  target[at++] = 0
  at = writeVarint(target, timestampDelta, at)
  at = writeVarint(target, offsetDelta, at)
  const { key } = record
  at = typeof key === 'string' ? writeText(target, key, at) : writeBytes(target, key, at)
  at = writeBytes(target, record.value, at)
  const { headers } = record
  if (headers === undefined) {
    target[at] = 0
    return at + 1
  }
  at = writeVarint(target, headers.length, at)
  for (const header of headers) {
    at = writeText(target, header.name, at)
    at = writeBytes(target, header.value, at)
  }
  return at
}

function bytesSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length
}

function textSize(text: string): number {
  const length = Buffer.byteLength(text)
  return varintSize(length) + length
}

function writeText(target: Buffer, text: string, start: number): number {
  const at = writeVarint(target, Buffer.byteLength(text), start)
  return at + target.write(text, at)
}

function writeBytes(target: Buffer, bytes: Uint8Array | null, start: number): number {
  if (bytes === null) return writeVarint(target, -1, start)
  const at = writeVarint(target, bytes.length, start)
  const length = bytes.length
  if (length <= SMALL_BYTES) {
    for (let index = 0; index < length; index++) target[at + index] = bytes[index] as number
  } else {
    target.set(bytes, at)
  }
  return at + length
}

function readBytes(batch: Buffer, cursor: Cursor): Buffer | null {
  const length = readVarint(batch, cursor)
  if (length < 0) return null
  const start = cursor.at
  cursor.at += length
  return batch.subarray(start, cursor.at)
}

const SAFE_ZIGZAG = 2 ** 30

function varintSize(value: number): number {
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) return wideVarintSize(value)
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let size = 1
  while (rest > 127) {
    rest >>>= 7
    size++
  }
  return size
}

function writeVarint(target: Buffer, value: number, start: number): number {
  let at = start
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) {
    let rest = wideZigzag(value)
    for (; rest > 127; rest = Math.floor(rest / 128)) target[at++] = (rest % 128) | 128
    target[at++] = rest
    return at
  }
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 127) {
    target[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  target[at++] = rest
  return at
}

function readVarint(source: Buffer, cursor: Cursor): number {
  let rest = 0
  let weight = 1
  let byte: number
  do {
    byte = source[cursor.at++] as number
    rest += (byte & 127) * weight
    weight *= 128
  } while (byte > 127)
  return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2
}

/** For timestamps far apart, which do not fit the 32 bits of shifts; exact to 2^52. */
function wideZigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function wideVarintSize(value: number): number {
  let size = 1
  for (let rest = wideZigzag(value); rest > 127; rest = Math.floor(rest / 128)) size++
  return size
}

/** Two's complement of 64 bits; exact within the safe integers. */
function writeInt64(target: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32)
  target.writeInt32BE(high, at)
  target.writeUInt32BE(value - high * 2 ** 32, at + 4)
}

function readInt64(source: Buffer, at: number): number {
  return source.readInt32BE(at) * 2 ** 32 + source.readUInt32BE(at + 4)
}
