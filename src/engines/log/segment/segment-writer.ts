import type { Clock } from '../../../base/clock.ts'
import type { Disk, DiskFile } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Partition, Segment, TailBatch } from './partition.ts'
import type { SegmentFiles } from './segment-files.ts'
import { addToIndex, createIndex, encodeIndex } from './segment-index.ts'
import { scanForIndex } from './segment-scan.ts'
import type { TailCache } from './tail-cache.ts'

/** Writes segments behind the write-ahead log. */
export interface SegmentWriter {
  /** Writes what memory has and no segment yet. Not synced. One caller at a time. */
  write(partition: Partition): Promise<void>
  /** Takes over segments that were written elsewhere, to be synced too. */
  adopt(partition: Partition, segments: ReadonlyArray<Segment>): void
  /** What was written since the last call: to be synced before a snapshot names it. */
  takeUnsynced(): ReadonlyArray<UnsyncedSegment>
  /** Brings the bytes onto the medium, and the names of the files that are new. */
  sync(unsynced: ReadonlyArray<UnsyncedSegment>): Promise<void>
}

export interface UnsyncedSegment {
  readonly partition: Partition
  readonly segment: Segment
  readonly isNew: boolean
}

/** The longest write: others of the pool go on in between. */
const WRITE_BYTES_MAX = 4 << 20
const SYNCS_AT_ONCE = 4
const SCAN_BYTES_MAX = 1 << 20
const DAY_MS = 86_400_000
const AGE_MIN_MS = 60_000
/** Retention removes whole segments, so a segment covers only a part of the time that is kept. */
const SEGMENTS_PER_RETENTION = 8

export function createSegmentWriter(deps: {
  readonly disk: Disk
  readonly directory: string
  readonly clock: Clock
  readonly tail: TailCache
  readonly files: SegmentFiles
  readonly segmentBytes: number
}): SegmentWriter {
  const { disk, directory, clock, tail, files, segmentBytes } = deps
  let unsynced = new Map<Segment, UnsyncedSegment>()

  async function segmentFor(partition: Partition, next: TailBatch): Promise<Segment> {
    const last = partition.segments.at(-1)
    if (last && !isFull(partition, last, next) && (await hasIndex(files, partition, last)))
      return last
    if (last) await sealSegment(files, partition, last)
    const segment = {
      baseOffset: next.header.baseOffset,
      createdMs: clock.wallMs(),
      revision: 0,
      sizeBytes: 0,
      maxTimestampMs: Number.NEGATIVE_INFINITY,
      index: createIndex(),
    }
    partition.segments.push(segment)
    return segment
  }

  function isFull(partition: Partition, segment: Segment, next: TailBatch): boolean {
    if (segment.sizeBytes === 0) return false
    return (
      segment.sizeBytes + next.bytes.length > sizeMaxOf(partition) ||
      clock.wallMs() - segment.createdMs > ageMaxMsOf(partition)
    )
  }

  function sizeMaxOf({ settings }: Partition): number {
    return settings.segmentBytes ?? segmentBytes
  }

  async function write(partition: Partition): Promise<void> {
    for (;;) {
      const [first] = partition.unwritten
      if (!first || partition.removed) return
      const segment = await segmentFor(partition, first)
      const room = Math.min(sizeMaxOf(partition) - segment.sizeBytes, WRITE_BYTES_MAX)
      const batches = leading(partition.unwritten, room)
      const bytes = batches.map((batch) => batch.stored)
      await files.pool.create(files.pathOf(partition, segment), (file) =>
        file.write(bytes, segment.sizeBytes),
      )
      if (partition.removed) return
      const isNew = segment.sizeBytes === 0 || unsynced.get(segment)?.isNew === true
      unsynced.set(segment, { partition, segment, isNew })
      note(segment, batches)
      tail.markWritten(partition, batches.length)
    }
  }

  async function syncOne({ partition, segment }: UnsyncedSegment): Promise<void> {
    try {
      await files.pool.use(files.pathOf(partition, segment), syncOrGiveUp)
    } catch (error) {
      // Its file went with the partition, or with what is no longer kept.
      const isGone = error instanceof EngineError && error.kind === 'not-found'
      const isKept = !partition.removed && partition.segments.includes(segment)
      if (!isGone || isKept) throw error
    }
  }

  return {
    write,
    adopt(partition, segments) {
      for (const segment of segments) unsynced.set(segment, { partition, segment, isNew: true })
    },
    takeUnsynced() {
      const taken = Array.from(unsynced.values())
      unsynced = new Map()
      return taken
    },
    async sync(given) {
      const rest = [...given]
      const work = async () => {
        for (let one = rest.pop(); one; one = rest.pop()) await syncOne(one)
      }
      await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, work))
      if (given.some((one) => one.isNew)) await disk.syncDirectory(directory)
    },
  }
}

function ageMaxMsOf({ settings }: Partition): number {
  if (settings.segmentMs !== undefined) return settings.segmentMs
  return Math.max(Math.min(settings.retentionMs / SEGMENTS_PER_RETENTION, DAY_MS), AGE_MIN_MS)
}

/** After a start a small segment is read once, for its index; a large one is not written to. */
async function hasIndex(
  files: SegmentFiles,
  partition: Partition,
  segment: Segment,
): Promise<boolean> {
  if (segment.index) return true
  if (segment.sizeBytes > SCAN_BYTES_MAX) return false
  try {
    const scan = (file: DiskFile) => scanForIndex(file, segment)
    segment.index ??= await files.pool.use(files.pathOf(partition, segment), scan)
    return true
  } catch (error) {
    const isLost = error instanceof EngineError && ['corrupt', 'not-found'].includes(error.kind)
    if (isLost) return false
    throw error
  }
}

/** Writes the index down and forgets it: most sealed segments are never read again. */
export async function sealSegment(
  files: SegmentFiles,
  partition: Partition,
  segment: Segment,
): Promise<void> {
  if (!segment.index) return
  const path = files.indexPathOf(partition, segment)
  const bytes = encodeIndex(segment.index)
  await files.pool.create(path, (file) => file.write([bytes], 0))
  segment.index = undefined
  await files.pool.drop(path)
}

/** The leading batches that fit; at least the first one. */
function leading(batches: ReadonlyArray<TailBatch>, room: number): ReadonlyArray<TailBatch> {
  let count = 0
  let bytes = 0
  for (const batch of batches) {
    bytes += batch.bytes.length
    if (count > 0 && bytes > room) break
    count++
  }
  return batches.slice(0, count)
}

function note(segment: Segment, batches: ReadonlyArray<TailBatch>): void {
  for (const batch of batches) {
    if (segment.index) {
      addToIndex(segment.index, {
        baseOffset: batch.header.baseOffset,
        position: segment.sizeBytes,
        timestampBefore: segment.maxTimestampMs,
      })
    }
    segment.sizeBytes += batch.bytes.length
    segment.maxTimestampMs = Math.max(segment.maxTimestampMs, batch.header.maxTimestampMs)
  }
}

/** A sync that fails for whatever reason leaves it open what is durable: never `full`. */
async function syncOrGiveUp(file: DiskFile): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    throw new EngineError('unavailable', 'a segment could not be synced', error)
  }
}
