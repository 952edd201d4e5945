import type { Replacement } from './compactor.ts'
import type { Partition, Segment } from './partition.ts'
import { tailStart } from './partition.ts'
import { advanceStart } from './partitions.ts'
import { forgetAborted } from './producers.ts'

/** False, and nothing done, when the segments to be replaced are no longer all there. */
export function replaceSegments({
  partition,
  sources,
  outputs,
  cleanedOffset,
}: Replacement): boolean {
  const { segments } = partition
  const at = segments.findIndex(({ baseOffset }) => baseOffset === sources[0]?.baseOffset)
  const areThere = sources.every((segment, index) => segments[at + index] === segment)
  if (partition.removed || at < 0 || !areThere) return false
  segments.splice(at, sources.length, ...outputs)
  partition.segmentChanges++
  partition.cleanedOffset = cleanedOffset
  // Memory may still have records of the aborted ones.
  const goneOffset = Math.min(cleanedOffset, tailStart(partition))
  if (partition.producers) forgetAborted(partition.producers, goneOffset)
  return true
}

/** Takes the leading segments off whose records are all too old, too many or trimmed. */
export function takeExpired(partition: Partition, nowMs: number): Segment[] {
  const { segments, settings, startOffset, writtenOffset } = partition
  const isKept = settings.compaction?.deletes === false
  const oldestMs = isKept ? Number.NEGATIVE_INFINITY : nowMs - settings.retentionMs
  const bytesMax = (isKept ? undefined : settings.retentionBytes) ?? Number.POSITIVE_INFINITY
  let sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  let count = 0
  for (const segment of segments) {
    const isLast = count === segments.length - 1
    const endOffset = segments[count + 1]?.baseOffset ?? writtenOffset
    const isTrimmed = endOffset <= startOffset
    const tooOld = newestMsOf(segment) < oldestMs
    const tooMany = !isLast && sizeBytes - segment.sizeBytes >= bytesMax
    if (!(tooOld || tooMany || isTrimmed) || (isLast && partition.unwritten.length > 0)) break
    sizeBytes -= segment.sizeBytes
    count++
  }
  const expired = segments.splice(0, count)
  if (count > 0) {
    partition.segmentChanges++
    advanceStart(partition, segments[0]?.baseOffset ?? writtenOffset)
  }
  return expired
}

/** True when the first segment, or what will be one, lies before the start. */
export function hasTrimmedSegment({ segments, startOffset, endOffset }: Partition): boolean {
  return (segments[1]?.baseOffset ?? endOffset) <= startOffset
}

/** The time of its youngest record; when no record has a time, that of the segment. */
export function newestMsOf({ maxTimestampMs, createdMs }: Segment): number {
  return maxTimestampMs < 0 ? createdMs : maxTimestampMs
}
