// Hot: one pass over the writes of a group; what shares a batch is encoded once.
import { assert } from '../../../base/assert.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Appended, BatchAppended, LogRecord, TransactionEnd } from '../port.ts'
import type { CheckedBatch } from './batch-check.ts'
import type { Partition } from './partition.ts'
import { notFound } from './partitions.ts'
import type { Producer } from './producers.ts'
import {
  afterBatch,
  afterMarker,
  encodeMarker,
  judge,
  leavesTransaction,
  mayEnd,
} from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import { encodeRecordBatch, readBatchHeader, stampBaseOffset } from './record-batch.ts'

/** What waits to be written. Resolved only once its group is durable. */
export type Write = RecordsWrite | BatchesWrite | MarkerWrite

interface WriteBase {
  readonly partition: Partition
  readonly sizeBytes: number
  readonly reject: (error: unknown) => void
}

export interface RecordsWrite extends WriteBase {
  readonly kind: 'records'
  readonly records: ReadonlyArray<LogRecord>
  readonly resolve: (appended: Appended) => void
}

export interface BatchesWrite extends WriteBase {
  readonly kind: 'batches'
  readonly batches: ReadonlyArray<CheckedBatch>
  readonly resolve: (appended: BatchAppended) => void
}

export interface MarkerWrite extends WriteBase {
  readonly kind: 'marker'
  readonly end: TransactionEnd
  readonly resolve: (ended: 'ended' | 'invalid-producer-epoch') => void
}

export interface WritePlan {
  /** In the order of offsets of each partition. */
  readonly batches: ReadonlyArray<PlannedBatch>
  /** To be called once they are durable and visible. */
  readonly settle: ReadonlyArray<() => void>
}

export interface PlannedBatch {
  readonly partition: Partition
  readonly header: BatchHeader
  readonly bytes: Buffer
}

/** Appends of records to one partition share a batch up to this size. */
const BATCH_BYTES_MAX = 256 << 10

/** A batch of records that more may be added to. */
interface Shared {
  readonly baseOffset: number
  readonly lists: ReadonlyArray<LogRecord>[]
  recordCount: number
  sizeBytes: number
}

/** One partition as it will be when what is planned so far is durable. */
interface Draft {
  readonly partition: Partition
  endOffset: number
  shared: Shared | undefined
  readonly producers: Map<number, Producer>
}

interface Slot {
  readonly partition: Partition
  readonly baseOffset: number
  readonly content: Shared | Buffer
}

/** Gives every write its place; rejects those whose partition takes none any more. */
export function planWrites(writes: ReadonlyArray<Write>, nowMs: number): WritePlan {
  const drafts = new Map<Partition, Draft>()
  const slots: Slot[] = []
  const settle: (() => void)[] = []
  for (const write of writes) {
    const { partition } = write
    if (partition.removed) write.reject(notFound(partition.id))
    else if (partition.settings.closed) refuseClosed(write, settle)
    else {
      const draft = drafts.get(partition) ?? createDraft(partition)
      drafts.set(partition, draft)
      if (write.kind === 'records') planRecords(write, draft, slots, settle)
      else if (write.kind === 'batches') planBatches(write, draft, slots, settle, nowMs)
      else planMarker(write, draft, slots, settle, nowMs)
    }
  }
  return { batches: slots.map(encodeSlot), settle }
}

function createDraft(partition: Partition): Draft {
  const { endOffset } = partition
  return { partition, endOffset, shared: undefined, producers: new Map() }
}

function refuseClosed(write: Write, settle: (() => void)[]): void {
  // A partition is closed only when no transaction is open, so there is nothing that would end.
  if (write.kind === 'marker') settle.push(() => write.resolve('ended'))
  else write.reject(closed(write.partition))
}

function planRecords(
  write: RecordsWrite,
  draft: Draft,
  slots: Slot[],
  settle: (() => void)[],
): void {
  const { partition, records, sizeBytes, resolve } = write
  const baseOffset = draft.endOffset
  draft.endOffset += records.length
  settle.push(() => resolve({ baseOffset }))
  const { shared } = draft
  if (shared && shared.sizeBytes + sizeBytes <= BATCH_BYTES_MAX) {
    shared.lists.push(records)
    shared.recordCount += records.length
    shared.sizeBytes += sizeBytes
    return
  }
  const content = { baseOffset, lists: [records], recordCount: records.length, sizeBytes }
  draft.shared = content
  slots.push({ partition, baseOffset, content })
}

function planBatches(
  write: BatchesWrite,
  draft: Draft,
  slots: Slot[],
  settle: (() => void)[],
  nowMs: number,
): void {
  const { partition, batches, resolve } = write
  const after: Producer[] = []
  const known = (id: number) => after.findLast((one) => one.producerId === id) ?? find(draft, id)
  const baseOffset = draft.endOffset
  let endOffset = baseOffset
  for (const { header } of batches) {
    const count = header.endOffset - header.baseOffset
    const placed = { ...header, baseOffset: endOffset, endOffset: endOffset + count }
    endOffset += count
    if (header.producerId < 0) continue
    const producer = known(header.producerId)
    const verdict = judge(producer, placed)
    if (verdict.outcome !== 'append') {
      settle.push(() => resolve(verdict))
      return
    }
    if (leavesTransaction(producer, header)) {
      write.reject(outside(partition))
      return
    }
    after.push(afterBatch(producer, placed, nowMs))
  }
  for (const { header, bytes } of batches) {
    slots.push({ partition, baseOffset: draft.endOffset, content: bytes })
    draft.endOffset += header.endOffset - header.baseOffset
  }
  draft.shared = undefined
  for (const producer of after) draft.producers.set(producer.producerId, producer)
  settle.push(() => resolve({ outcome: 'appended', baseOffset }))
}

function planMarker(
  write: MarkerWrite,
  draft: Draft,
  slots: Slot[],
  settle: (() => void)[],
  nowMs: number,
): void {
  const { partition, end, resolve } = write
  const known = find(draft, end.producerId)
  if (!mayEnd(known, end)) {
    settle.push(() => resolve('invalid-producer-epoch'))
    return
  }
  slots.push({ partition, baseOffset: draft.endOffset, content: encodeMarker(end, nowMs) })
  draft.endOffset++
  draft.shared = undefined
  draft.producers.set(end.producerId, afterMarker(known, end, nowMs, nowMs))
  settle.push(() => resolve('ended'))
}

function find(draft: Draft, producerId: number): Producer | undefined {
  return draft.producers.get(producerId) ?? draft.partition.producers?.byId.get(producerId)
}

function encodeSlot({ partition, baseOffset, content }: Slot): PlannedBatch {
  const bytes = Buffer.isBuffer(content) ? content : encodeRecordBatch(content.lists)
  stampBaseOffset(bytes, baseOffset)
  const header = readBatchHeader(bytes, 0)
  assert(header, 'a batch has a header')
  return { partition, header, bytes }
}

function closed({ id }: Partition): EngineError {
  return new EngineError('conflict', `partition ${id.partition} of ${id.topic} is closed`)
}

function outside({ id }: Partition): EngineError {
  return new EngineError('invalid', `${id.topic}: the producer has a transaction open`)
}
