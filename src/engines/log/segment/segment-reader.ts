import { EngineError } from '../../../base/errors.ts'
import type { BatchCipher } from './cipher.ts'
import type { Partition, Segment } from './partition.ts'
import type { BatchHeader } from './record-batch.ts'
import { isSoundBatch } from './record-batch.ts'
import type { SegmentFiles } from './segment-files.ts'
import type { SegmentIndex } from './segment-index.ts'
import {
  countOf,
  decodeIndex,
  INDEX_INTERVAL_BYTES,
  positionOfOffset,
  positionOfTimestamp,
} from './segment-index.ts'
import { batchesOf, CHUNK_BYTES_MAX, scanForIndex } from './segment-scan.ts'

/**
 * Reads what is in segments, checking every batch that it shows. The bytes are plain; the header is
 * that of the stored ones, which says by which key they are encrypted.
 */
export interface SegmentReader {
  /**
   * Shows the batches with records at or behind `offset`, in order, until `visit` answers false: then
   * the answer is false too. `bytesMax` says how much of it is likely to be looked at.
   */
  scan(partition: Partition, offset: number, bytesMax: number, visit: Visit): Promise<boolean>
  /** Like `scan`, but steps over what has no timestamp >= `timestampMs`. */
  scanFromTimestamp(partition: Partition, timestampMs: number, visit: Visit): Promise<boolean>
  /** Shows all batches of one segment. The visitor may take its time. */
  scanOne(partition: Partition, segment: Segment, visit: SlowVisit): Promise<boolean>
}

/** Answers whether to go on. */
export type Visit = (header: BatchHeader, bytes: Buffer) => boolean

type SlowVisit = (header: BatchHeader, bytes: Buffer) => boolean | Promise<boolean>

/** Indexes of sealed segments that stay in memory. */
const INDEXES_MAX = 256

export function createSegmentReader(files: SegmentFiles, cipher: BatchCipher): SegmentReader {
  const loaded = new Set<Segment>()

  async function indexOf(partition: Partition, segment: Segment): Promise<SegmentIndex> {
    if (segment.index) return segment.index
    const index =
      (await loadIndex(partition, segment)) ??
      (await files.pool.use(files.pathOf(partition, segment), (file) =>
        scanForIndex(file, segment),
      ))
    segment.index ??= index
    loaded.add(segment)
    for (const oldest of loaded) {
      if (loaded.size <= INDEXES_MAX) break
      loaded.delete(oldest)
      oldest.index = undefined
    }
    return index
  }

  async function loadIndex(
    partition: Partition,
    segment: Segment,
  ): Promise<SegmentIndex | undefined> {
    const path = files.indexPathOf(partition, segment)
    try {
      return await files.pool.use(path, async (file) => {
        const bytes = Buffer.alloc(await file.size())
        await file.read(bytes, 0)
        return decodeIndex(bytes)
      })
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'not-found') return undefined
      throw error
    } finally {
      await files.pool.drop(path)
    }
  }

  /** Shows the batches of one segment from a position on, but those that `skips` names. */
  async function scanSegment(
    partition: Partition,
    segment: Segment,
    from: { readonly position: number; readonly chunkBytes: number },
    skips: (header: BatchHeader) => boolean,
    visit: SlowVisit,
  ): Promise<boolean> {
    return files.pool.use(files.pathOf(partition, segment), async (file) => {
      const batches = batchesOf(file, segment, from.position, from.chunkBytes)
      for await (const { header, bytes } of batches) {
        if (skips(header)) continue
        const goesOn = visit(header, checked(cipher.open(partition, bytes), partition, segment))
        if (goesOn !== true && !(await goesOn)) return false
      }
      return true
    })
  }

  return {
    async scan(partition, offset, bytesMax, visit) {
      const chunkBytes = Math.min(bytesMax + 2 * INDEX_INTERVAL_BYTES, CHUNK_BYTES_MAX)
      // A copy: retention may take segments away while we read.
      const list = [...partition.segments]
      let at = Math.max(0, countOf(list, (segment) => segment.baseOffset <= offset) - 1)
      for (; at < list.length; at++) {
        const segment = list[at]
        if (!segment?.sizeBytes) continue
        const position = positionOfOffset(await indexOf(partition, segment), offset)
        const skips = (header: BatchHeader) => header.endOffset <= offset
        const from = { position, chunkBytes }
        if (!(await scanSegment(partition, segment, from, skips, visit))) return false
      }
      return true
    },
    async scanFromTimestamp(partition, timestampMs, visit) {
      const skips = (header: BatchHeader) => header.maxTimestampMs < timestampMs
      for (const segment of [...partition.segments]) {
        if (segment.maxTimestampMs < timestampMs) continue
        const index = await indexOf(partition, segment)
        const position = positionOfTimestamp(index, timestampMs)
        const from = { position, chunkBytes: CHUNK_BYTES_MAX }
        if (!(await scanSegment(partition, segment, from, skips, visit))) return false
      }
      return true
    },
    scanOne(partition, segment, visit) {
      const from = { position: 0, chunkBytes: CHUNK_BYTES_MAX }
      return scanSegment(partition, segment, from, () => false, visit)
    },
  }
}

function checked(bytes: Buffer, partition: Partition, segment: Segment): Buffer {
  if (isSoundBatch(bytes)) return bytes
  throw new EngineError(
    'corrupt',
    `a batch of ${partition.id.topic}/${partition.id.partition} in the segment at ` +
      `${segment.baseOffset} does not have its checksum`,
  )
}
