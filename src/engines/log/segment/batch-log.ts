import { EngineError } from '../../../base/errors.ts'
import type { BatchBounds, BatchLog, BatchRead, BatchReadRequest } from '../port.ts'
import type { CheckedBatch } from './batch-check.ts'
import { checkBatches } from './batch-check.ts'
import type { Committer } from './committer.ts'
import type { Partition } from './partition.ts'
import { visibleEnd } from './partition.ts'
import type { Partitions } from './partitions.ts'
import { abortedWithin, describeProducer } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import { CONTROL, stampAppendTime } from './record-batch.ts'
import type { Scan, Scans } from './scans.ts'
import type { TimeSearch } from './time-search.ts'

/** The view of batches: what Kafka's protocol carries. */
export function createBatchLog(deps: {
  readonly partitions: Partitions
  readonly scans: Scans
  readonly times: TimeSearch
  readonly committer: Committer
  /** Throws once the log is closed. */
  readonly refuseClosed: () => void
}): BatchLog {
  const { partitions, scans, times, committer, refuseClosed } = deps
  return {
    async append(id, bytes, options = {}) {
      refuseClosed()
      const partition = partitions.get(id)
      const batches = checkBatches(bytes, partition.settings.compaction !== undefined)
      refuseSeveral(batches)
      const { appendTimeMs } = options
      if (appendTimeMs !== undefined) {
        for (const batch of batches) stampAppendTime(batch.bytes, appendTimeMs)
      }
      return committer.appendBatches(partition, batches)
    },
    read: (id, request) =>
      scans.within(id, request.offset, request.isolation, (partition, scan) =>
        readBatches(partition, scan, request),
      ),
    async waitFor(id, offset, isolation, signal) {
      await scans.waitFor(partitions.get(id), offset, isolation, signal)
    },
    bounds: async (id) => boundsOf(partitions.get(id)),
    async endTransaction(id, end) {
      refuseClosed()
      return committer.endTransaction(partitions.get(id), end)
    },
    async producers(id) {
      const { producers } = partitions.get(id)
      return Array.from(producers?.byId.values() ?? [], describeProducer)
    },
    offsetAt: (id, timestampMs) =>
      scans.retrying(id, (partition) => times.first(partition, timestampMs, isData)),
    maxTimestamp: (id) => scans.retrying(id, (partition) => times.greatest(partition, isData)),
  }
}

/** There is one verdict an append, so one batch that it can be about. */
function refuseSeveral(batches: ReadonlyArray<CheckedBatch>): void {
  if (batches.filter(({ header }) => header.producerId >= 0).length <= 1) return
  throw new EngineError('invalid', 'an append has at most one batch of a producer')
}

function isData({ attributes }: BatchHeader): boolean {
  return (attributes & CONTROL) === 0
}

async function readBatches(
  partition: Partition,
  scan: Scan,
  { offset, bytesMax, isolation }: BatchReadRequest,
): Promise<BatchRead> {
  const bounds = boundsOf(partition)
  const until = isolation === 'committed' ? bounds.stableOffset : bounds.endOffset
  const transactions = isolation === 'committed' ? (partition.producers?.aborted ?? []) : []
  const batches: Buffer[] = []
  let sizeBytes = 0
  let readOffset = offset
  await scan(offset, bytesMax, (header, bytes) => {
    if (header.baseOffset >= until) return false
    if (batches.length > 0 && sizeBytes + bytes.length > bytesMax) return false
    batches.push(bytes)
    sizeBytes += bytes.length
    readOffset = header.endOffset
    return sizeBytes < bytesMax
  })
  const aborted = abortedWithin(transactions, offset, readOffset).map(
    ([producerId, firstOffset]) => ({ producerId, firstOffset }),
  )
  return { ...bounds, batches, aborted }
}

function boundsOf(partition: Partition): BatchBounds {
  const { startOffset, endOffset } = partition
  return { startOffset, endOffset, stableOffset: visibleEnd(partition, 'committed') }
}
