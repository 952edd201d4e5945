import type { PartitionId, PartitionSettings, ReadRequest, StoredRecord } from '../port.ts'
import type { ReadBudget } from './record-batch.ts'
import { decodeRecords, findTimestamp } from './record-batch.ts'
import type { SegmentIndex } from './segment-index.ts'
import { countOf } from './segment-index.ts'

/** One file of batches of one partition. */
export interface Segment {
  readonly baseOffset: number
  readonly createdMs: number
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
  readonly baseOffset: number
  readonly endOffset: number
  readonly maxTimestampMs: number
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
  /** One behind the last visible record. */
  endOffset: number
  /** One behind the last record that is in a segment. */
  writtenOffset: number
  readonly tail: Fifo<TailBatch>
  unwritten: TailBatch[]
  readonly waiters: Set<Waiter>
  removed: boolean
}

export interface Waiter {
  readonly offset: number
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
    waiters: new Set(),
    removed: false,
  }
}

/** The offset from which on memory has everything. */
export function tailStart(partition: Partition): number {
  return partition.tail.at(0)?.baseOffset ?? partition.endOffset
}

/** Adds the records from `offset` on that are in memory, as the budget allows. */
export function readTail(
  partition: Partition,
  offset: number,
  budget: ReadBudget,
  into: StoredRecord[],
): void {
  const { tail } = partition
  for (let at = tail.countOf((batch) => batch.endOffset <= offset); at < tail.length(); at++) {
    const batch = tail.at(at)
    if (!batch || isSpent(budget)) return
    decodeRecords(batch.bytes, offset, budget, into)
  }
}

export function budgetOf(request: ReadRequest): ReadBudget {
  return { recordsLeft: request.recordsMax, bytesLeft: request.bytesMax }
}

export function isSpent(budget: ReadBudget): boolean {
  return budget.recordsLeft <= 0 || budget.bytesLeft <= 0
}

/** Offset of the first record in memory with a timestamp >= `timestampMs`, if there is one. */
export function findTimestampInTail(
  partition: Partition,
  fromOffset: number,
  timestampMs: number,
): number | undefined {
  for (let at = 0; at < partition.tail.length(); at++) {
    const batch = partition.tail.at(at)
    if (!batch || batch.endOffset <= fromOffset || batch.maxTimestampMs < timestampMs) continue
    return findTimestamp(batch.bytes, timestampMs)
  }
  return undefined
}

/** Wakes those who wait for a record that is now visible; all of a closed partition. */
export function wake(partition: Partition): void {
  if (partition.waiters.size === 0) return
  for (const waiter of partition.waiters) {
    if (partition.settings.closed || waiter.offset < partition.endOffset) waiter.resolve()
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
