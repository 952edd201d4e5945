import type { Isolation, PartitionId, PartitionSettings } from '../port.ts'
import type { Producers } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import type { SegmentIndex } from './segment-index.ts'
import { countOf } from './segment-index.ts'

/** One file of batches of one partition. */
export interface Segment {
  readonly baseOffset: number
  readonly createdMs: number
  /** 0; larger for one that took the place of others, which have the ones before. */
  readonly revision: number
  /** Bytes that are written, though perhaps not yet synced. */
  sizeBytes: number
  maxTimestampMs: number
  /** Absent until it is needed. */
  index: SegmentIndex | undefined
}

/** A visible batch in memory. */
export interface TailBatch {
  readonly partition: Partition
  readonly bytes: Buffer
  /** What goes into a segment: other bytes, as many, when they are encrypted. */
  stored: Buffer
  readonly header: BatchHeader
  /** Also in a segment, so that memory may forget it. */
  written: boolean
}

/**
 * One partition in memory.
 *
 *     startOffset          tail.first          writtenOffset      endOffset
 *     | segments ........................................|
 *                          | tail .......................................|
 *                                               | unwritten .............|
 */
export interface Partition {
  readonly number: number
  readonly id: PartitionId
  settings: PartitionSettings
  /** Oldest first; the last one is written to. */
  readonly segments: Segment[]
  startOffset: number
  /** One behind the last record that is durable. */
  endOffset: number
  /** One behind the last record that is in a segment. */
  writtenOffset: number
  readonly tail: Fifo<TailBatch>
  unwritten: TailBatch[]
  /** All before it has each of its keys once. */
  cleanedOffset: number
  /** Counts how often segments were taken away. */
  segmentChanges: number
  readonly waiters: Set<Waiter>
  /** Absent while no batch had a producer. */
  producers: Producers | undefined
  /** What lies before it has been taken into account for the producers. */
  producersOffset: number
  removed: boolean
}

export interface Waiter {
  readonly offset: number
  readonly isolation: Isolation
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export function createPartition(
  number: number,
  id: PartitionId,
  settings: PartitionSettings,
): Partition {
  return {
    number,
    id,
    settings,
    segments: [],
    startOffset: 0,
    endOffset: 0,
    writtenOffset: 0,
    tail: createFifo(),
    unwritten: [],
    cleanedOffset: 0,
    segmentChanges: 0,
    waiters: new Set(),
    producers: undefined,
    producersOffset: 0,
    removed: false,
  }
}

/** The offset from which on memory has everything. */
export function tailStart(partition: Partition): number {
  return partition.tail.at(0)?.header.baseOffset ?? partition.endOffset
}

/**
 * Shows the batches in memory with records at or behind `offset`, in order, until `visit` answers
 * false: then the answer is false too.
 */
export function scanTail(
  { tail }: Partition,
  offset: number,
  visit: (header: BatchHeader, bytes: Buffer) => boolean,
): boolean {
  for (let at = tail.countOf((batch) => batch.header.endOffset <= offset); ; at++) {
    const batch = tail.at(at)
    if (!batch) return true
    if (!visit(batch.header, batch.bytes)) return false
  }
}

/** One behind what readers of that isolation see: committed ones stop at an open transaction. */
export function visibleEnd(partition: Partition, isolation: Isolation): number {
  const { producers, startOffset, endOffset } = partition
  if (isolation === 'uncommitted' || !producers) return endOffset
  for (const offset of producers.open.values()) return Math.max(offset, startOffset)
  return endOffset
}

/** Wakes those who wait for a record that is now visible; all of a closed partition. */
export function wake(partition: Partition): void {
  if (partition.waiters.size === 0) return
  for (const waiter of partition.waiters) {
    const isThere = waiter.offset < visibleEnd(partition, waiter.isolation)
    if (isThere || partition.settings.closed) waiter.resolve()
  }
}

/** A queue that gives by index; taking from its front costs constant time. */
export interface Fifo<T> {
  push(element: T): void
  shift(): T | undefined
  at(index: number): T | undefined
  length(): number
  /** How many leading elements hold; see `countOf`. */
  countOf(holds: (element: T) => boolean): number
}

const COMPACT_AT = 256

export function createFifo<T>(): Fifo<T> {
  let elements: (T | undefined)[] = []
  let head = 0
  return {
    push: (element) => void elements.push(element),
    shift() {
      const element = elements[head]
      if (head < elements.length) elements[head++] = undefined
      if (head >= COMPACT_AT && head * 2 >= elements.length) {
        elements = elements.slice(head)
        head = 0
      }
      return element
    },
    at: (index) => elements[head + index],
    length: () => elements.length - head,
    countOf(holds) {
      return countOf(elements, (one) => one === undefined || holds(one)) - head
    },
  }
}
