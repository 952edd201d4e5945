import type { DiskFile } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Segment } from './partition.ts'
import type { BatchHeader } from './record-batch.ts'
import { BATCH_HEADER_BYTES, readBatchHeader } from './record-batch.ts'
import type { SegmentIndex } from './segment-index.ts'
import { addToIndex, createIndex } from './segment-index.ts'

export interface FoundBatch {
  readonly header: BatchHeader
  /** Not yet checked against the checksum. */
  readonly bytes: Buffer
  readonly position: number
}

export const CHUNK_BYTES_MAX = 1 << 20

/** The batches of the segment from a position at which one starts, read in chunks. */
export async function* batchesOf(
  file: DiskFile,
  segment: Segment,
  from: number,
  chunkBytes: number,
): AsyncGenerator<FoundBatch> {
  const end = segment.sizeBytes
  let chunk: Buffer = Buffer.alloc(0)
  let chunkAt = from
  let position = from

  async function fill(sizeBytes: number): Promise<void> {
    const target = Buffer.allocUnsafeSlow(Math.min(Math.max(sizeBytes, chunkBytes), end - position))
    const count = await file.read(target, position)
    if (count < Math.min(sizeBytes, target.length)) throw noBatch(segment, position)
    chunk = target.subarray(0, count)
    chunkAt = position
  }

  while (position < end) {
    if (chunkAt + chunk.length - position < BATCH_HEADER_BYTES) await fill(BATCH_HEADER_BYTES)
    const header = readBatchHeader(chunk, position - chunkAt)
    if (!header || header.sizeBytes > end - position) throw noBatch(segment, position)
    if (chunkAt + chunk.length - position < header.sizeBytes) await fill(header.sizeBytes)
    const start = position - chunkAt
    yield { header, bytes: chunk.subarray(start, start + header.sizeBytes), position }
    position += header.sizeBytes
  }
}

/** The index of a segment as its batches say it. */
export async function scanForIndex(file: DiskFile, segment: Segment): Promise<SegmentIndex> {
  const index = createIndex()
  let timestampBefore = Number.NEGATIVE_INFINITY
  for await (const { header, position } of batchesOf(file, segment, 0, CHUNK_BYTES_MAX)) {
    addToIndex(index, { baseOffset: header.baseOffset, position, timestampBefore })
    timestampBefore = Math.max(timestampBefore, header.maxTimestampMs)
  }
  return index
}

function noBatch(segment: Segment, position: number): EngineError {
  return new EngineError('corrupt', `no batch at ${position} of segment ${segment.baseOffset}`)
}
