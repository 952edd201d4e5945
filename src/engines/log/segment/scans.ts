import { EngineError } from '../../../base/errors.ts'
import type { Isolation, PartitionId } from '../port.ts'
import type { Partition } from './partition.ts'
import { scanTail, tailStart, visibleEnd } from './partition.ts'
import type { Partitions } from './partitions.ts'
import type { SegmentReader, Visit } from './segment-reader.ts'

/** What both views of a partition read by: from memory where they can, else from segments. */
export interface Scans {
  /** Runs `work` again when segments were taken away under it. Rejects with `not-found` as `get`. */
  retrying<T>(id: PartitionId, work: (partition: Partition) => Promise<T>): Promise<T>
  /**
   * Runs `read` with a scan that shows the batches of the partition from an offset on, in order,
   * until the visitor answers false. Rejects with `invalid` for an offset that is not there.
   */
  within<T>(
    id: PartitionId,
    offset: number,
    isolation: Isolation,
    read: (partition: Partition, scan: Scan) => Promise<T>,
  ): Promise<T>
  scan(partition: Partition, offset: number, bytesMax: number, visit: Visit): Promise<boolean>
  waitFor(
    partition: Partition,
    offset: number,
    isolation: Isolation,
    signal: AbortSignal,
  ): Promise<void>
}

/** Answers false when the visitor did. */
export type Scan = (offset: number, bytesMax: number, visit: Visit) => Promise<boolean>

export function createScans(deps: {
  readonly partitions: Partitions
  readonly reader: SegmentReader
}): Scans {
  const { partitions, reader } = deps

  function refuseOutside(partition: Partition, offset: number, isolation: Isolation): void {
    const { startOffset } = partition
    const endOffset = visibleEnd(partition, isolation)
    if (offset >= startOffset && offset <= endOffset) return
    throw new EngineError('invalid', `offset ${offset} is not in ${startOffset} to ${endOffset}`)
  }

  async function scan(partition: Partition, offset: number, bytesMax: number, visit: Visit) {
    let next = offset
    const noting: Visit = (header, bytes) => {
      if (!visit(header, bytes)) return false
      next = header.endOffset
      return true
    }
    // Memory may let go, while we read segments, of what comes next.
    while (next < tailStart(partition)) {
      const { writtenOffset } = partition
      if (!(await reader.scan(partition, next, bytesMax, noting))) return false
      next = Math.max(next, writtenOffset)
    }
    return scanTail(partition, next, noting)
  }

  async function retrying<T>(
    id: PartitionId,
    work: (partition: Partition) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const partition = partitions.get(id)
      const { segmentChanges } = partition
      try {
        return await work(partition)
      } catch (error) {
        // Retention, compaction or a removal, perhaps with another partition in its place now, took
        // the file away under the reader.
        if (!(error instanceof EngineError && error.kind === 'not-found')) throw error
        const now = partitions.get(id)
        if (now !== partition || now.segmentChanges !== segmentChanges) continue
        throw new EngineError('corrupt', `a segment of ${id.topic} is missing`, error)
      }
    }
  }

  return {
    scan,
    retrying,
    within: (id, offset, isolation, read) =>
      retrying(id, async (partition) => {
        refuseOutside(partition, offset, isolation)
        return read(partition, (from, bytesMax, visit) => scan(partition, from, bytesMax, visit))
      }),
    async waitFor(partition, offset, isolation, signal) {
      const isThere = offset < visibleEnd(partition, isolation)
      if (isThere || partition.settings.closed || signal.aborted) return
      await new Promise<void>((resolve, reject) => {
        const forget = () => {
          partition.waiters.delete(waiter)
          signal.removeEventListener('abort', waiter.resolve)
        }
        const waiter = {
          offset,
          isolation,
          resolve() {
            forget()
            resolve()
          },
          reject(error: Error) {
            forget()
            reject(error)
          },
        }
        partition.waiters.add(waiter)
        signal.addEventListener('abort', waiter.resolve)
      })
    },
  }
}
