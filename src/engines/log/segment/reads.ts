import type { Logger } from '../../../base/logger.ts'
import type { LogEngine, ReadRequest, StoredRecord } from '../port.ts'
import type { Partition } from './partition.ts'
import { visibleEnd } from './partition.ts'
import type { Partitions } from './partitions.ts'
import type { AbortedTransaction } from './producers.ts'
import { isVisible } from './producers.ts'
import type { ReadBudget } from './record-decode.ts'
import { decodeRecords, openBatch } from './record-decode.ts'
import type { Scan, Scans } from './scans.ts'
import type { TimeSearch } from './time-search.ts'

type Reads = Pick<LogEngine, 'read' | 'waitFor' | 'bounds' | 'offsetAt'>

/** The view of records: what is committed, decompressed. */
export function createReads(deps: {
  readonly partitions: Partitions
  readonly scans: Scans
  readonly times: TimeSearch
  readonly log: Logger
}): Reads {
  const { partitions, scans, times, log } = deps

  async function readRecords(partition: Partition, scan: Scan, request: ReadRequest) {
    const budget: ReadBudget = { recordsLeft: request.recordsMax, bytesLeft: request.bytesMax }
    const records: StoredRecord[] = []
    const endOffset = visibleEnd(partition, 'committed')
    const aborted = abortedOf(partition)
    let nextOffset = request.offset
    const sawAll = await scan(request.offset, request.bytesMax, (header, bytes) => {
      if (header.baseOffset >= endOffset) {
        nextOffset = Math.max(nextOffset, endOffset)
        return false
      }
      // What is not seen is stepped over even when the answer is full, so that a reader of all there
      // is knows that it is at the end.
      if (isVisible(header, aborted)) {
        if (isSpent(budget)) return false
        const batch = openBatch(header, bytes)
        if (batch) nextOffset = decodeRecords(batch, nextOffset, budget, records)
        else {
          const { topic } = partition.id
          const { baseOffset } = header
          log.warn({ topic, baseOffset }, 'a batch that cannot be decompressed was stepped over')
          nextOffset = header.endOffset
        }
        return nextOffset === header.endOffset
      }
      nextOffset = header.endOffset
      return true
    })
    // Compaction may have taken away what was last.
    if (sawAll) nextOffset = Math.max(nextOffset, endOffset)
    return { records, nextOffset, endOffset: Math.max(nextOffset, endOffset) }
  }

  return {
    read: (id, request) =>
      scans.within(id, request.offset, 'committed', (partition, scan) =>
        readRecords(partition, scan, request),
      ),
    async waitFor(id, offset, signal) {
      await scans.waitFor(partitions.get(id), offset, 'committed', signal)
    },
    async bounds(id) {
      const partition = partitions.get(id)
      let sizeBytes = 0
      for (const segment of partition.segments) sizeBytes += segment.sizeBytes
      for (const batch of partition.unwritten) sizeBytes += batch.bytes.length
      const { startOffset } = partition
      return { startOffset, endOffset: visibleEnd(partition, 'committed'), sizeBytes }
    },
    async offsetAt(id, timestampMs) {
      return scans.retrying(id, async (partition) => {
        const endOffset = visibleEnd(partition, 'committed')
        const aborted = abortedOf(partition)
        const found = await times.first(
          partition,
          timestampMs,
          (header) => header.baseOffset < endOffset && isVisible(header, aborted),
        )
        return found?.offset ?? endOffset
      })
    },
  }
}

const NONE: ReadonlyArray<AbortedTransaction> = []

function abortedOf({ producers }: Partition): ReadonlyArray<AbortedTransaction> {
  return producers?.aborted ?? NONE
}

function isSpent(budget: ReadBudget): boolean {
  return budget.recordsLeft <= 0 || budget.bytesLeft <= 0
}
