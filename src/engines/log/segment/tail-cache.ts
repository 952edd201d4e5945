import type { Clock } from '../../../base/clock.ts'
import type { Partition, TailBatch } from './partition.ts'
import { createFifo, wake } from './partition.ts'
import { createProducers, noteBatch } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'

/** The visible batches in memory, of all partitions together: what was appended last stays. */
export interface TailCache {
  /** Makes a batch that is durable visible behind all others of its partition. */
  publish(partition: Partition, batch: PublishedBatch): void
  /** The first `count` unwritten batches of the partition are now in a segment. */
  markWritten(partition: Partition, count: number): void
  /** Gives back what a removed partition held. */
  forget(partition: Partition): void
  /** Bytes that are in no segment yet, and so cannot be forgotten. */
  unwrittenBytes(): number
  /** The partitions that have such bytes. */
  unwritten(): ReadonlyArray<Partition>
}

export interface PublishedBatch {
  readonly header: BatchHeader
  readonly bytes: Buffer
  readonly stored: Buffer
}

/** What a batch takes beside its bytes. */
const OVERHEAD_BYTES = 400

export function createTailCache(bytesMax: number, clock: Clock): TailCache {
  const batches = createFifo<TailBatch>()
  const dirty = new Set<Partition>()
  let bytes = 0
  let unwrittenBytes = 0

  function evict(): void {
    while (bytes > bytesMax) {
      const oldest = batches.at(0)
      if (!oldest || !(oldest.written || oldest.partition.removed)) return
      batches.shift()
      bytes -= sizeOf(oldest)
      // Both queues are in the order of publishing, so it is the first of its partition too.
      if (!oldest.partition.removed) oldest.partition.tail.shift()
    }
  }

  return {
    publish(partition, { header, bytes: plain, stored }) {
      const batch = { partition, header, bytes: plain, stored, written: false }
      batches.push(batch)
      bytes += sizeOf(batch)
      unwrittenBytes += plain.length
      partition.tail.push(batch)
      partition.unwritten.push(batch)
      dirty.add(partition)
      partition.endOffset = header.endOffset
      if (header.producerId >= 0 && header.baseOffset >= partition.producersOffset) {
        partition.producers ??= createProducers()
        noteBatch(partition.producers, header, plain, clock.wallMs())
      }
      evict()
      wake(partition)
    },
    markWritten(partition, count) {
      for (const batch of partition.unwritten.splice(0, count)) {
        batch.written = true
        bytes -= sizeOf(batch)
        batch.stored = batch.bytes
        bytes += sizeOf(batch)
        partition.writtenOffset = batch.header.endOffset
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

function sizeOf({ bytes, stored }: TailBatch): number {
  return bytes.length + (stored === bytes ? 0 : stored.length) + OVERHEAD_BYTES
}
