import type { DiskFile } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { StoredRecord } from '../port.ts'
import type { Partition, Segment } from './partition.ts'
import { isSpent } from './partition.ts'
import type { ReadBudget } from './record-batch.ts'
import { decodeRecords, findTimestamp, isSoundBatch } from './record-batch.ts'
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

/** Reads what is in segments, checking every batch that it answers from. */
export interface SegmentReader {
  /** Adds the records from `offset` on, as the budget allows, from one segment at least. */
  read(
    partition: Partition,
    offset: number,
    budget: ReadBudget,
    into: StoredRecord[],
  ): Promise<void>
  /** Offset of the first record in a segment with a timestamp >= `timestampMs`, if there is one. */
  findTimestamp(partition: Partition, timestampMs: number): Promise<number | undefined>
}

/** Indexes of sealed segments that stay in memory. */
const INDEXES_MAX = 256

export function createSegmentReader(files: SegmentFiles): SegmentReader {
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

  async function readSegment(
    partition: Partition,
    segment: Segment,
    offset: number,
    budget: ReadBudget,
    into: StoredRecord[],
  ): Promise<void> {
    const index = await indexOf(partition, segment)
    const chunkBytes = Math.min(budget.bytesLeft + 2 * INDEX_INTERVAL_BYTES, CHUNK_BYTES_MAX)
    await files.pool.use(files.pathOf(partition, segment), async (file) => {
      const position = positionOfOffset(index, offset)
      for await (const { header, bytes } of batchesOf(file, segment, position, chunkBytes)) {
        if (header.endOffset <= offset) continue
        decodeRecords(checked(bytes, partition, segment), offset, budget, into)
        if (isSpent(budget)) return
      }
    })
  }

  return {
    async read(partition, offset, budget, into) {
      // A copy: retention may take segments away while we read.
      const list = [...partition.segments]
      let at = Math.max(0, countOf(list, (segment) => segment.baseOffset <= offset) - 1)
      for (; at < list.length && !isSpent(budget); at++) {
        const segment = list[at]
        if (segment?.sizeBytes) await readSegment(partition, segment, offset, budget, into)
      }
    },
    async findTimestamp(partition, timestampMs) {
      for (const segment of [...partition.segments]) {
        if (segment.maxTimestampMs < timestampMs) continue
        const index = await indexOf(partition, segment)
        const found = await files.pool.use(files.pathOf(partition, segment), (file) =>
          findInSegment(file, segment, index, timestampMs),
        )
        if (found !== undefined) return found
      }
      return undefined
    },
  }

  async function findInSegment(
    file: DiskFile,
    segment: Segment,
    index: SegmentIndex,
    timestampMs: number,
  ): Promise<number | undefined> {
    const position = positionOfTimestamp(index, timestampMs)
    for await (const { header, bytes } of batchesOf(file, segment, position, CHUNK_BYTES_MAX)) {
      if (header.maxTimestampMs >= timestampMs) return findTimestamp(bytes, timestampMs)
    }
    return undefined
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
