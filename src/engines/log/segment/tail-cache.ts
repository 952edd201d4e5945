import type { Partition, TailBatch } from './partition.ts'
import { createFifo, wake } from './partition.ts'

/** The visible batches in memory, of all partitions together: what was appended last stays. */
export interface TailCache {
  /** Makes the batch visible behind all others of its partition. */
  publish(batch: TailBatch): void
  /** The first `count` unwritten batches of the partition are now in a segment. */
  markWritten(partition: Partition, count: number): void
  /** Gives back what a removed partition held. */
  forget(partition: Partition): void
  /** Bytes that are in no segment yet, and so cannot be forgotten. */
  unwrittenBytes(): number
  /** The partitions that have such bytes. */
  unwritten(): ReadonlyArray<Partition>
}

/** What a batch takes beside its bytes. */
const OVERHEAD_BYTES = 300

export function createTailCache(bytesMax: number): TailCache {
  const batches = createFifo<TailBatch>()
  const dirty = new Set<Partition>()
  let bytes = 0
  let unwrittenBytes = 0

  function evict(): void {
    while (bytes > bytesMax) {
      const oldest = batches.at(0)
      if (!oldest || !(oldest.written || oldest.partition.removed)) return
      batches.shift()
      bytes -= oldest.bytes.length + OVERHEAD_BYTES
      // Both queues are in the order of publishing, so it is the first of its partition too.
      if (!oldest.partition.removed) oldest.partition.tail.shift()
    }
  }

  return {
    publish(batch) {
      const { partition } = batch
      batches.push(batch)
      bytes += batch.bytes.length + OVERHEAD_BYTES
      unwrittenBytes += batch.bytes.length
      partition.tail.push(batch)
      partition.unwritten.push(batch)
      dirty.add(partition)
      partition.endOffset = batch.endOffset
      evict()
      wake(partition)
    },
    markWritten(partition, count) {
      for (const batch of partition.unwritten.splice(0, count)) {
        batch.written = true
        partition.writtenOffset = batch.endOffset
        unwrittenBytes -= batch.bytes.length
      }
      if (partition.unwritten.length === 0) dirty.delete(partition)
      evict()
    },
    forget(partition) {
      for (const batch of partition.unwritten) unwrittenBytes -= batch.bytes.length
      partition.unwritten = []
      dirty.delete(partition)
      evict()
    },
    unwrittenBytes: () => unwrittenBytes,
    unwritten: () => [...dirty],
  }
}
