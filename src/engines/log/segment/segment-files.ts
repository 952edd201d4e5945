import { basename, join } from 'node:path'
import type { Disk } from '../../../base/disk.ts'
import type { FilePool } from './file-pool.ts'
import { createFilePool } from './file-pool.ts'
import type { Partition, Segment } from './partition.ts'

/**
 * The files of the segments: `<partition>-<base offset>.log`, and `.index` once it is full; with
 * `-<revision>` behind the offset when it took the place of others.
 */
export interface SegmentFiles {
  readonly pool: FilePool
  pathOf(partition: Partition, segment: Segment): string
  indexPathOf(partition: Partition, segment: Segment): string
  /** Removes the files. The segments must no longer be in the list of a partition. */
  remove(partition: Partition, segments: ReadonlyArray<Segment>): Promise<void>
  /** Removes every file that belongs to no segment of these partitions. */
  removeOrphans(partitions: ReadonlyMap<number, Partition>): Promise<void>
}

const NAME = /^\d{8,}-\d{16}(-\d+)?\.(log|index)$/

export function createSegmentFiles(deps: {
  readonly disk: Disk
  readonly directory: string
  /** Files that stay open. */
  readonly filesMax: number
}): SegmentFiles {
  const { disk, directory } = deps
  const pool = createFilePool(disk, deps.filesMax)

  function path(partition: Partition, segment: Segment, extension: string): string {
    const number = String(partition.number).padStart(8, '0')
    const baseOffset = String(segment.baseOffset).padStart(16, '0')
    const revision = segment.revision === 0 ? '' : `-${segment.revision}`
    return join(directory, `${number}-${baseOffset}${revision}.${extension}`)
  }

  async function removeFile(path: string): Promise<void> {
    await pool.drop(path)
    await disk.remove(path)
  }

  return {
    pool,
    pathOf: (partition, segment) => path(partition, segment, 'log'),
    indexPathOf: (partition, segment) => path(partition, segment, 'index'),
    async remove(partition, segments) {
      for (const segment of segments) {
        await removeFile(path(partition, segment, 'log'))
        await removeFile(path(partition, segment, 'index'))
      }
    },
    async removeOrphans(partitions) {
      const known = new Set<string>()
      for (const partition of partitions.values()) {
        for (const segment of partition.segments) {
          known.add(basename(path(partition, segment, 'log')))
          known.add(basename(path(partition, segment, 'index')))
        }
      }
      for (const name of await disk.list(directory)) {
        if (NAME.test(name) && !known.has(name)) await disk.remove(join(directory, name))
      }
    },
  }
}
