// Hot: stand-alone loops over buffers; nothing is allocated a record but the answer.
import type { StoredRecord } from '../port.ts'
import { decompress } from './decompress.ts'
import type { BatchHeader } from './record-batch.ts'
import { BATCH_HEADER_BYTES, COMPRESSION_MASK, LOG_APPEND_TIME } from './record-batch.ts'
import type { Cursor } from './varint.ts'
import { readVarint } from './varint.ts'

/** What a read may still take; counted down by `decodeRecords`. */
export interface ReadBudget {
  recordsLeft: number
  bytesLeft: number
}

export interface TimedOffset {
  readonly offset: number
  readonly timestampMs: number
}

/** The records of a sound batch, decompressed. */
export interface OpenBatch {
  readonly header: BatchHeader
  readonly payload: Buffer
  /** Where in the payload the first record starts. */
  readonly from: number
}

/**
 * The records of a sound batch; undefined when what the producer compressed cannot be had: damaged
 * before it got its checksum, or larger than `DECOMPRESSED_BYTES_MAX`.
 */
export function openBatch(header: BatchHeader, bytes: Buffer): OpenBatch | undefined {
  const codec = header.attributes & COMPRESSION_MASK
  if (codec === 0) return { header, payload: bytes, from: BATCH_HEADER_BYTES }
  const payload = decompress(codec, bytes.subarray(BATCH_HEADER_BYTES))
  if (!payload) return undefined
  const batch = { header, payload, from: 0 }
  return isWellFormed(batch, false) ? batch : undefined
}

/**
 * Adds the records with an offset >= `fromOffset` to `into` until the budget is used up; the first
 * record of `into` is taken whatever its size. Keys and values are views. Answers where to read on.
 */
export function decodeRecords(
  { header, payload, from }: OpenBatch,
  fromOffset: number,
  budget: ReadBudget,
  into: StoredRecord[],
): number {
  const { baseOffset, recordCount, baseTimestampMs, maxTimestampMs } = header
  const isArrival = (header.attributes & LOG_APPEND_TIME) !== 0
  const cursor: Cursor = { at: from }
  for (let index = 0; index < recordCount; index++) {
    const length = readVarint(payload, cursor)
    const end = cursor.at + length
    cursor.at++
    const timestampMs = baseTimestampMs + readVarint(payload, cursor)
    const offset = baseOffset + readVarint(payload, cursor)
    if (offset >= fromOffset) {
      if (budget.recordsLeft <= 0) return offset
      if (length > budget.bytesLeft && into.length > 0) {
        // Nothing behind this record may be taken either.
        budget.bytesLeft = 0
        return offset
      }
      budget.recordsLeft--
      budget.bytesLeft -= length
      into.push(readRecord(payload, cursor, offset, isArrival ? maxTimestampMs : timestampMs))
    }
    cursor.at = end
  }
  return header.endOffset
}

/** The first record at or behind `fromOffset` with a timestamp >= `timestampMs`, if there is one. */
export function findTimestamp(
  { header, payload, from }: OpenBatch,
  fromOffset: number,
  timestampMs: number,
): TimedOffset | undefined {
  const cursor: Cursor = { at: from }
  for (let index = 0; index < header.recordCount; index++) {
    const length = readVarint(payload, cursor)
    const end = cursor.at + length
    cursor.at++
    const found = timeOf(header, readVarint(payload, cursor))
    const offset = header.baseOffset + readVarint(payload, cursor)
    if (found >= timestampMs && offset >= fromOffset) return { offset, timestampMs: found }
    cursor.at = end
  }
  return undefined
}

/**
 * True when the payload holds just as many records as the header says, each within its bounds, at
 * growing offsets within the batch. With `needsKeys` each must have a key.
 *
 * A number that is none (NaN) fails every comparison, so each is written to say what must hold.
 */
export function isWellFormed({ header, payload, from }: OpenBatch, needsKeys: boolean): boolean {
  const cursor: Cursor = { at: from }
  const lastDelta = header.endOffset - 1 - header.baseOffset
  let before = -1
  for (let index = 0; index < header.recordCount; index++) {
    const length = readVarint(payload, cursor)
    const end = cursor.at + length
    if (!(length >= 0 && end <= payload.length)) return false
    cursor.at++
    if (Number.isNaN(readVarint(payload, cursor))) return false
    const delta = readVarint(payload, cursor)
    if (!(delta > before && delta <= lastDelta)) return false
    before = delta
    const keyAt = cursor.at
    if (!skipBytes(payload, cursor, end) || !skipBytes(payload, cursor, end)) return false
    if (needsKeys && readVarint(payload, { at: keyAt }) < 0) return false
    let headers = readVarint(payload, cursor)
    if (!(headers >= 0 && cursor.at <= end)) return false
    for (; headers > 0; headers--) {
      if (!skipBytes(payload, cursor, end) || !skipBytes(payload, cursor, end)) return false
    }
    if (cursor.at !== end) return false
  }
  return cursor.at === payload.length
}

function skipBytes(payload: Buffer, cursor: Cursor, end: number): boolean {
  if (cursor.at >= end) return false
  const length = readVarint(payload, cursor)
  if (length > 0) cursor.at += length
  return length >= -1 && cursor.at <= end
}

function timeOf(header: BatchHeader, delta: number): number {
  return (header.attributes & LOG_APPEND_TIME) === 0
    ? header.baseTimestampMs + delta
    : header.maxTimestampMs
}

function readRecord(
  payload: Buffer,
  cursor: Cursor,
  offset: number,
  timestampMs: number,
): StoredRecord {
  const key = readBytes(payload, cursor)
  const value = readBytes(payload, cursor)
  const headerCount = readVarint(payload, cursor)
  if (headerCount === 0) return { offset, key, value, timestampMs }
  const headers = Array.from({ length: headerCount }, () => ({
    name: readBytes(payload, cursor)?.toString('utf8') ?? '',
    value: readBytes(payload, cursor),
  }))
  return { offset, key, value, timestampMs, headers }
}

function readBytes(payload: Buffer, cursor: Cursor): Buffer | null {
  const length = readVarint(payload, cursor)
  if (length < 0) return null
  const start = cursor.at
  cursor.at += length
  return payload.subarray(start, cursor.at)
}
