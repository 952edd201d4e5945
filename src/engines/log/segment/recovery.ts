import { basename } from 'node:path'
import { assert } from '../../../base/assert.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { PartitionId, PartitionSettings } from '../port.ts'
import type { BatchCipher } from './cipher.ts'
import type { Partition, Segment } from './partition.ts'
import type { Partitions } from './partitions.ts'
import { advanceStart } from './partitions.ts'
import { isSoundBatch, readBatchHeader } from './record-batch.ts'
import type { SegmentFiles } from './segment-files.ts'
import { newestMsOf } from './segment-lists.ts'
import type { TailCache } from './tail-cache.ts'
import type { WalEntry } from './wal-group.ts'
import type { WriteBehind } from './write-behind.ts'

/** Brings memory to where the write-ahead log ends. */
export interface Recovery {
  replay(entries: ReadonlyArray<WalEntry>): Promise<void>
  groupCount(): number
}

export function createRecovery(deps: {
  readonly partitions: Partitions
  readonly tail: TailCache
  readonly cipher: BatchCipher
  readonly behind: WriteBehind
  readonly flushBytes: number
  /** Partitions with a lower number that the snapshot does not have were removed before it. */
  readonly firstNewNumber: number
}): Recovery {
  const { partitions, behind, tail, flushBytes, firstNewNumber } = deps
  let groups = 0

  async function flushWhenLarge(): Promise<void> {
    if (tail.unwrittenBytes() <= flushBytes) return
    try {
      await behind.flush()
    } catch (error) {
      // The write-ahead log has it all; memory holds it until there is space.
      if (!(error instanceof EngineError && error.kind === 'full')) throw error
    }
  }

  return {
    groupCount: () => groups,
    async replay(entries) {
      groups++
      for (const entry of entries) {
        const isKnown = partitions.byNumber.has(entry.partition)
        if (isKnown || entry.partition >= firstNewNumber) await replayEntry(deps, entry)
      }
      await flushWhenLarge()
    },
  }
}

interface Replayed {
  readonly partitions: Partitions
  readonly tail: TailCache
  readonly cipher: BatchCipher
}

async function replayEntry({ partitions, tail, cipher }: Replayed, entry: WalEntry): Promise<void> {
  const partition = partitions.byNumber.get(entry.partition)
  if (entry.kind === 'settings') {
    const { id, settings } = JSON.parse(entry.body.toString('utf8')) as {
      readonly id: PartitionId
      readonly settings: PartitionSettings
    }
    await cipher.load(settings)
    partitions.apply(entry.partition, id, settings)
  } else if (entry.kind === 'removal') {
    if (partition) partitions.remove(partition)
  } else if (entry.kind === 'trim') {
    if (partition) partitions.trim(partition, entry.baseOffset)
  } else if (partition) {
    replayBatch(tail, cipher, partition, entry)
  }
}

function replayBatch(
  tail: TailCache,
  cipher: BatchCipher,
  partition: Partition,
  entry: WalEntry,
): void {
  const { baseOffset, body } = entry
  // A segment has it already.
  if (baseOffset < partition.endOffset) return
  const header = readBatchHeader(body, 0)
  assert(header, 'a group holds whole batches')
  if (baseOffset > partition.endOffset) {
    const { topic } = partition.id
    throw new EngineError('corrupt', `${topic}: records before offset ${baseOffset} are missing`)
  }
  const bytes = cipher.open(partition, body)
  if (bytes !== body && !isSoundBatch(bytes)) {
    throw new EngineError('corrupt', `${partition.id.topic}: a batch does not have its checksum`)
  }
  tail.publish(partition, { header, bytes, stored: body })
}

/**
 * Retention on a full medium may remove files before a snapshot says so: leading segments that are
 * not there and had expired, or were trimmed, are forgotten. Throws `corrupt` when any other is missing.
 */
export async function dropMissingSegments(deps: {
  readonly disk: Disk
  readonly directory: string
  readonly clock: Clock
  readonly files: SegmentFiles
  readonly partitions: Partitions
}): Promise<void> {
  const { disk, directory, clock, files, partitions } = deps
  const names = new Set(await disk.list(directory))
  for (const partition of partitions.byNumber.values()) {
    const { id, settings, segments: list } = partition
    const isThere = (segment: Segment) =>
      segment.sizeBytes === 0 || names.has(basename(files.pathOf(partition, segment)))
    const oldestMs = clock.wallMs() - settings.retentionMs
    const isTrimmed = (segment: Segment) =>
      (list[list.indexOf(segment) + 1]?.baseOffset ?? partition.writtenOffset) <=
      partition.startOffset
    const mayBeGone = (segment: Segment) =>
      isTrimmed(segment) ||
      (settings.compaction?.deletes !== false &&
        (settings.retentionBytes !== undefined || newestMsOf(segment) < oldestMs))
    // A crash may have undone the removal of some, so not only the first ones can be missing.
    const count = list.findLastIndex((segment) => !isThere(segment)) + 1
    const lost = list.slice(0, count).find((segment) => !mayBeGone(segment))
    if (lost) {
      throw new EngineError(
        'corrupt',
        `${id.topic}: a segment behind ${lost.baseOffset} is missing`,
      )
    }
    list.splice(0, count)
    if (count > 0) advanceStart(partition, list[0]?.baseOffset ?? partition.writtenOffset)
  }
}
