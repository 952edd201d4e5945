import { EngineError } from '../../../base/errors.ts'
import type { LogEngine, StoredRecord } from '../port.ts'
import type { Partition } from './partition.ts'
import { budgetOf, findTimestampInTail, isSpent, readTail, tailStart } from './partition.ts'
import type { Partitions } from './partitions.ts'
import type { SegmentReader } from './segment-reader.ts'

type Reads = Pick<LogEngine, 'read' | 'waitFor' | 'bounds' | 'offsetAt'>

/** The reading half of the engine: from memory where it can, else from segments. */
export function createReads(deps: {
  readonly partitions: Partitions
  readonly reader: SegmentReader
}): Reads {
  const { partitions, reader } = deps

  async function readFrom(partition: Partition, request: Parameters<Reads['read']>[1]) {
    const budget = budgetOf(request)
    const records: StoredRecord[] = []
    if (request.offset < tailStart(partition)) {
      await reader.read(partition, request.offset, budget, records)
    }
    const next = (records.at(-1)?.offset ?? request.offset - 1) + 1
    // Memory may have let go meanwhile of what comes next: then that is for the next read.
    if (!isSpent(budget) && next >= tailStart(partition)) readTail(partition, next, budget, records)
    return records
  }

  function refuseOutside(partition: Partition, offset: number): void {
    const { startOffset, endOffset } = partition
    if (offset >= startOffset && offset <= endOffset) return
    throw new EngineError('invalid', `offset ${offset} is not in ${startOffset} to ${endOffset}`)
  }

  return {
    async read(id, request) {
      const partition = partitions.get(id)
      refuseOutside(partition, request.offset)
      let records: StoredRecord[]
      try {
        records = await readFrom(partition, request)
      } catch (error) {
        // Retention, or a removal, took the file away under the reader.
        if (!(error instanceof EngineError && error.kind === 'not-found')) throw error
        refuseOutside(partitions.get(id), request.offset)
        throw new EngineError('corrupt', `a segment of ${id.topic} is missing`, error)
      }
      const nextOffset = (records.at(-1)?.offset ?? request.offset - 1) + 1
      return { records, nextOffset, endOffset: partition.endOffset }
    },
    async waitFor(id, offset, signal) {
      const partition = partitions.get(id)
      if (offset < partition.endOffset || partition.settings.closed || signal.aborted) return
      await new Promise<void>((resolve, reject) => {
        const forget = () => {
          partition.waiters.delete(waiter)
          signal.removeEventListener('abort', waiter.resolve)
        }
        const waiter = {
          offset,
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
    async bounds(id) {
      const { startOffset, endOffset, segments, unwritten } = partitions.get(id)
      let sizeBytes = 0
      for (const segment of segments) sizeBytes += segment.sizeBytes
      for (const batch of unwritten) sizeBytes += batch.bytes.length
      return { startOffset, endOffset, sizeBytes }
    },
    async offsetAt(id, timestampMs) {
      const partition = partitions.get(id)
      const { writtenOffset } = partition
      const found =
        (await reader.findTimestamp(partition, timestampMs)) ??
        findTimestampInTail(partition, writtenOffset, timestampMs) ??
        partition.endOffset
      return Math.max(found, partition.startOffset)
    },
  }
}
