import type { Partition, Segment } from './partition.ts'
import { visibleEnd } from './partition.ts'
import { newestMsOf } from './segment-lists.ts'

/** What of a partition is to be compacted. */
export interface CompactionPlan {
  /** Sealed segments from the oldest one on, without a gap. */
  readonly sources: ReadonlyArray<Segment>
  /** The keys of what is from here on are looked at: what lies before has each of its keys once. */
  readonly dirtyOffset: number
  /** One behind the last record of the sources. */
  readonly endOffset: number
  /** Bytes of the sources that were not compacted before. */
  readonly dirtyBytes: number
}

/**
 * Undefined when there is nothing that would be worth it. As in Apache Kafka the segment that is
 * written to is left alone, and all from the first one that is too young, or that has records of an
 * open transaction.
 */
export function planCompaction(partition: Partition, nowMs: number): CompactionPlan | undefined {
  const { segments, settings, cleanedOffset } = partition
  const { compaction } = settings
  if (!compaction) return undefined
  const stableOffset = visibleEnd(partition, 'committed')
  const sources: Segment[] = []
  let endOffset = 0
  let dirtyBytes = 0
  let sizeBytes = 0
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    const end = segments[index + 1]?.baseOffset ?? 0
    const isTooYoung = newestMsOf(segment) > nowMs - compaction.lagMsMin
    if (isTooYoung || end > stableOffset) break
    sources.push(segment)
    endOffset = end
    sizeBytes += segment.sizeBytes
    if (end > cleanedOffset) dirtyBytes += segment.sizeBytes
  }
  if (endOffset <= cleanedOffset || dirtyBytes === 0) return undefined
  if (dirtyBytes / sizeBytes < compaction.dirtyRatioMin) return undefined
  const dirtyOffset = Math.max(cleanedOffset, partition.startOffset)
  return { sources, dirtyOffset, endOffset, dirtyBytes }
}
