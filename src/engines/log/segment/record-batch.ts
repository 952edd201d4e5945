// Hot: stand-alone loops over arrays and buffers; nothing is allocated a record.
import { assert } from '../../../base/assert.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import type { LogRecord } from '../port.ts'
import { readInt64, varintSize, writeInt64, writeVarint } from './varint.ts'

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
export const LEADER_EPOCH_AT = 12
export const LEADER_EPOCH_BYTES = 4
const MAGIC_AT = 16
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const LAST_OFFSET_DELTA_AT = 23
const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_AT = 43
const PRODUCER_EPOCH_AT = 51
const BASE_SEQUENCE_AT = 53
const COUNT_AT = 57
/** Bytes before the first record. */
export const BATCH_HEADER_BYTES = 61
/** baseOffset and length, which the length does not count. */
const LENGTH_OVERHEAD = 12
const MAGIC = 2
/** Values up to this length are copied by hand, which is faster than a call. */
const SMALL_BYTES = 24

/** Bits 0 to 2 of the attributes name the compression. */
export const COMPRESSION_MASK = 0x07
/** All records have the time of arrival, which is in `maxTimestamp`. */
export const LOG_APPEND_TIME = 0x08
export const TRANSACTIONAL = 0x10
export const CONTROL = 0x20
/** The base timestamp says from when on the tombstones, or the marker, of the batch may go. */
export const DELETE_HORIZON = 0x40

export interface BatchHeader {
  readonly baseOffset: number
  /** One behind the last record. */
  readonly endOffset: number
  readonly sizeBytes: number
  /** See `storedKeyNumber`. */
  readonly keyNumber: number
  readonly attributes: number
  readonly baseTimestampMs: number
  readonly maxTimestampMs: number
  /** -1: none. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
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
  stampChecksum(target)
  return target
}

/** Gives the batch its place. Needs no new checksum. */
export function stampBaseOffset(batch: Buffer, baseOffset: number): void {
  writeInt64(batch, baseOffset, 0)
  stampKeyNumber(batch, 0)
}

/** All records of the batch have this time from now on. */
export function stampAppendTime(batch: Buffer, timestampMs: number): void {
  writeInt64(batch, timestampMs, MAX_TIMESTAMP_AT)
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | LOG_APPEND_TIME, ATTRIBUTES_AT)
  stampChecksum(batch)
}

/** Makes the batch one of a producer, without sequence numbers. */
export function stampProducer(
  batch: Buffer,
  producer: { readonly producerId: number; readonly producerEpoch: number },
  attributes: number,
): void {
  batch.writeInt16BE(attributes, ATTRIBUTES_AT)
  writeInt64(batch, producer.producerId, PRODUCER_AT)
  batch.writeInt16BE(producer.producerEpoch, PRODUCER_EPOCH_AT)
  stampChecksum(batch)
}

/** Corrects the header of a batch that was made from another one, records behind it. */
export function rebuildBatch(
  batch: Buffer,
  changed: Pick<BatchHeader, 'attributes' | 'baseTimestampMs' | 'maxTimestampMs' | 'recordCount'>,
): void {
  batch.writeInt32BE(batch.length - LENGTH_OVERHEAD, LENGTH_AT)
  batch.writeInt16BE(changed.attributes, ATTRIBUTES_AT)
  writeInt64(batch, changed.baseTimestampMs, BASE_TIMESTAMP_AT)
  writeInt64(batch, changed.maxTimestampMs, MAX_TIMESTAMP_AT)
  batch.writeInt32BE(changed.recordCount, COUNT_AT)
  stampChecksum(batch)
}

function stampChecksum(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
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
    keyNumber: bytes.readInt32BE(at + LEADER_EPOCH_AT),
    attributes: bytes.readInt16BE(at + ATTRIBUTES_AT),
    baseTimestampMs: readInt64(bytes, at + BASE_TIMESTAMP_AT),
    maxTimestampMs: readInt64(bytes, at + MAX_TIMESTAMP_AT),
    producerId: readInt64(bytes, at + PRODUCER_AT),
    producerEpoch: bytes.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: bytes.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount: bytes.readInt32BE(at + COUNT_AT),
  }
}

/** The number of the key by which a stored batch is encrypted; 0 for none. */
export function storedKeyNumber(batch: Buffer): number {
  return batch.readInt32BE(LEADER_EPOCH_AT)
}

export function stampKeyNumber(batch: Buffer, keyNumber: number): void {
  batch.writeInt32BE(keyNumber, LEADER_EPOCH_AT)
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
