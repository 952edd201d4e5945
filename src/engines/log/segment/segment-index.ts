import { crc32c } from '../../checksum/crc32c.ts'

/**
 * Where in a segment to start looking: one entry for the first batch, and one for every batch that
 * starts at least `INDEX_INTERVAL_BYTES` behind the batch of the entry before.
 */
export interface SegmentIndex {
  readonly offsets: number[]
  readonly positions: number[]
  /** The largest timestamp of all batches before that of the entry. */
  readonly timestampsBefore: number[]
}

export const INDEX_INTERVAL_BYTES = 64 << 10
const CRC_BYTES = 4
const ENTRY_NUMBERS = 3

export function createIndex(): SegmentIndex {
  return { offsets: [], positions: [], timestampsBefore: [] }
}

/** Notes a batch, in the order of positions; `timestampBefore` is the largest one before it. */
export function addToIndex(
  index: SegmentIndex,
  batch: {
    readonly baseOffset: number
    readonly position: number
    readonly timestampBefore: number
  },
): void {
  const last = index.positions.at(-1)
  if (last !== undefined && batch.position < last + INDEX_INTERVAL_BYTES) return
  index.offsets.push(batch.baseOffset)
  index.positions.push(batch.position)
  index.timestampsBefore.push(batch.timestampBefore)
}

/** A position from which on the batch with this offset is found. */
export function positionOfOffset(index: SegmentIndex, offset: number): number {
  return index.positions[countOf(index.offsets, (one) => one <= offset) - 1] ?? 0
}

/** A position before which no batch has a timestamp >= `timestampMs`. */
export function positionOfTimestamp(index: SegmentIndex, timestampMs: number): number {
  return index.positions[countOf(index.timestampsBefore, (one) => one < timestampMs) - 1] ?? 0
}

/** crc u32 (CRC-32C of the rest), then offset f64, position f64, timestampBefore f64 an entry. */
export function encodeIndex(index: SegmentIndex): Buffer {
  const bytes = Buffer.alloc(CRC_BYTES + index.offsets.length * ENTRY_NUMBERS * 8)
  let at = CRC_BYTES
  for (const [entry, offset] of index.offsets.entries()) {
    at = bytes.writeDoubleLE(offset, at)
    at = bytes.writeDoubleLE(index.positions[entry] ?? 0, at)
    at = bytes.writeDoubleLE(index.timestampsBefore[entry] ?? 0, at)
  }
  bytes.writeUInt32LE(crc32c(bytes.subarray(CRC_BYTES)), 0)
  return bytes
}

/** Undefined when the checksum does not hold: the index is then made again from the segment. */
export function decodeIndex(bytes: Buffer): SegmentIndex | undefined {
  const body = bytes.subarray(CRC_BYTES)
  if (bytes.length < CRC_BYTES || crc32c(body) !== bytes.readUInt32LE(0)) return undefined
  const index = createIndex()
  for (let at = 0; at < body.length; at += ENTRY_NUMBERS * 8) {
    index.offsets.push(body.readDoubleLE(at))
    index.positions.push(body.readDoubleLE(at + 8))
    index.timestampsBefore.push(body.readDoubleLE(at + 16))
  }
  return index
}

/** How many leading elements hold; the test must not hold again behind the first that does not. */
export function countOf<T>(elements: ReadonlyArray<T>, holds: (element: T) => boolean): number {
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(elements[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}
