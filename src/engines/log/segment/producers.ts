import type { BatchAppended, ProducerState, TransactionEnd } from '../port.ts'
import type { BatchHeader } from './record-batch.ts'
import {
  BATCH_HEADER_BYTES,
  CONTROL,
  encodeRecordBatch,
  stampProducer,
  TRANSACTIONAL,
} from './record-batch.ts'
import { decodeRecords } from './record-decode.ts'

/**
 * What a partition knows of its producers: the last batches of each, by which one that comes twice is
 * told, and the transactions (KIP-98). It follows from the batches alone, so that the write-ahead log
 * brings it back: see `noteBatch`.
 */
export interface Producers {
  /** The one that has not written for the longest time is first. */
  readonly byId: Map<number, Producer>
  /** The first offset of the open transaction of a producer, in the order of these offsets. */
  readonly open: Map<number, number>
  /** In the order of their markers. It grows; to become shorter it is replaced, so that readers keep theirs. */
  aborted: AbortedTransaction[]
}

export interface Producer {
  readonly producerId: number
  /** -1: not known. */
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  /** Of its last batch. */
  readonly lastTimestampMs: number
  /** When its last batch came; after a start, when that batch was read. */
  readonly seenMs: number
  readonly transactionOffset?: number
  /** Oldest first; all of the same epoch. */
  readonly batches: ReadonlyArray<SequenceRange>
}

/** firstSequence, lastSequence, baseOffset. */
export type SequenceRange = readonly [number, number, number]

/** producerId, firstOffset, lastOffset (of the marker), the stable offset once it had ended. */
export type AbortedTransaction = readonly [number, number, number, number]

/** As Apache Kafka has it, and as many as its producers have under way. */
const BATCHES_KEPT = 5
/** Kafka's `producer.id.expiration.ms`. */
const PRODUCER_EXPIRY_MS = 86_400_000
/** Above it those that rested longest are forgotten before their time. */
export const PRODUCERS_MAX = 10_000
const SEQUENCE_MAX = 0x7fffffff
const ABORT_MARKER = 0
const COMMIT_MARKER = 1

export function createProducers(): Producers {
  return { byId: new Map(), open: new Map(), aborted: [] }
}

export type Verdict =
  | { readonly outcome: 'append' }
  | Exclude<BatchAppended, { outcome: 'appended' }>

/** How Kafka's broker takes a batch of a producer of which it knows this much. */
export function judge(known: Producer | undefined, header: BatchHeader): Verdict {
  if (!known) return { outcome: 'append' }
  const { producerEpoch, baseSequence } = header
  const isSameEpoch = producerEpoch === known.producerEpoch
  const twin = isSameEpoch && known.batches.find(([first, last]) => isRange(header, first, last))
  if (twin) return { outcome: 'duplicate', baseOffset: twin[2] }
  if (producerEpoch < known.producerEpoch) return { outcome: 'invalid-producer-epoch' }
  const expected = isSameEpoch ? nextSequence(known) : 0
  return baseSequence === expected
    ? { outcome: 'append' }
    : { outcome: 'out-of-order-sequence-number' }
}

/** True when a batch outside of a transaction comes from a producer that has one open. */
export function leavesTransaction(known: Producer | undefined, header: BatchHeader): boolean {
  return known?.transactionOffset !== undefined && (header.attributes & TRANSACTIONAL) === 0
}

function isRange(header: BatchHeader, first: number, last: number): boolean {
  return header.baseSequence === first && lastSequenceOf(header) === last
}

function nextSequence({ batches }: Producer): number {
  const last = batches.at(-1)?.[1] ?? -1
  return last === SEQUENCE_MAX ? 0 : last + 1
}

/** Sequence numbers go on at 0 behind the largest one. */
function lastSequenceOf({ baseSequence, baseOffset, endOffset }: BatchHeader): number {
  const delta = endOffset - baseOffset - 1
  return (baseSequence + delta) % (SEQUENCE_MAX + 1)
}

/** The producer once this batch of it is appended. */
export function afterBatch(
  known: Producer | undefined,
  header: BatchHeader,
  seenMs: number,
): Producer {
  const { producerId, producerEpoch, baseOffset, maxTimestampMs, attributes } = header
  const isSameEpoch = known?.producerEpoch === producerEpoch
  const range = [header.baseSequence, lastSequenceOf(header), baseOffset] as const
  const transactionOffset =
    known?.transactionOffset ?? ((attributes & TRANSACTIONAL) === 0 ? undefined : baseOffset)
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch: known?.coordinatorEpoch ?? -1,
    lastTimestampMs: maxTimestampMs,
    seenMs,
    ...(transactionOffset !== undefined && { transactionOffset }),
    batches: [...(isSameEpoch ? known.batches.slice(1 - BATCHES_KEPT) : []), range],
  }
}

/** The producer once its transaction has ended. */
export function afterMarker(
  known: Producer | undefined,
  end: TransactionEnd,
  timestampMs: number,
  seenMs: number,
): Producer {
  const { producerId, producerEpoch, coordinatorEpoch } = end
  const batches = known?.producerEpoch === producerEpoch ? known.batches : []
  const lastTimestampMs = timestampMs
  return { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches }
}

/** True when neither the producer nor its coordinator was replaced by a later one. */
export function mayEnd(known: Producer | undefined, end: TransactionEnd): boolean {
  return (
    end.producerEpoch >= (known?.producerEpoch ?? -1) &&
    end.coordinatorEpoch >= (known?.coordinatorEpoch ?? -1)
  )
}

/** Takes a batch with a producer, visible from now on, into account. In the order of offsets. */
export function noteBatch(
  producers: Producers,
  header: BatchHeader,
  bytes: Buffer,
  nowMs: number,
): void {
  const { producerId, baseOffset } = header
  const known = producers.byId.get(producerId)
  // Behind all others: it has written last.
  producers.byId.delete(producerId)
  if ((header.attributes & CONTROL) === 0) {
    const after = afterBatch(known, header, nowMs)
    producers.byId.set(producerId, after)
    if (after.transactionOffset === baseOffset) producers.open.set(producerId, baseOffset)
    forgetTooMany(producers)
    return
  }
  const end = endOf(header, bytes)
  producers.byId.set(producerId, afterMarker(known, end, header.maxTimestampMs, nowMs))
  const firstOffset = producers.open.get(producerId)
  producers.open.delete(producerId)
  if (firstOffset === undefined || end.commit) return
  const stable = producers.open.values().next().value ?? header.endOffset
  producers.aborted.push([producerId, firstOffset, baseOffset, stable])
}

function forgetTooMany({ byId }: Producers): void {
  if (byId.size <= PRODUCERS_MAX) return
  for (const producer of byId.values()) {
    if (producer.transactionOffset !== undefined) continue
    byId.delete(producer.producerId)
    return
  }
}

/** Forgets those that have not written for a day and have no transaction open. */
export function expireProducers({ byId }: Producers, nowMs: number): void {
  for (const producer of byId.values()) {
    if (nowMs - producer.seenMs < PRODUCER_EXPIRY_MS) return
    if (producer.transactionOffset === undefined) byId.delete(producer.producerId)
  }
}

/** Forgets the transactions of which nothing is left at or behind `startOffset`. */
export function forgetAborted(producers: Producers, startOffset: number): void {
  const [oldest] = producers.aborted
  if (!oldest || oldest[2] >= startOffset) return
  producers.aborted = producers.aborted.filter(([, , lastOffset]) => lastOffset >= startOffset)
}

/** The aborted transactions with records from `from` to before `until`. */
export function abortedWithin(
  aborted: ReadonlyArray<AbortedTransaction>,
  from: number,
  until: number,
): ReadonlyArray<AbortedTransaction> {
  const found: AbortedTransaction[] = []
  for (let at = firstEndingAt(aborted, from); at < aborted.length; at++) {
    const one = aborted[at] as AbortedTransaction
    if (one[1] < until) found.push(one)
    // Those behind it began behind what was stable by then.
    if (one[3] >= until) break
  }
  return found
}

/** True for what readers of records see: no markers, and nothing of an aborted transaction. */
export function isVisible(
  { attributes, producerId, baseOffset }: BatchHeader,
  aborted: ReadonlyArray<AbortedTransaction>,
): boolean {
  if ((attributes & CONTROL) !== 0) return false
  if ((attributes & TRANSACTIONAL) === 0 || aborted.length === 0) return true
  return !abortedWithin(aborted, baseOffset, baseOffset + 1).some(([id]) => id === producerId)
}

function firstEndingAt(aborted: ReadonlyArray<AbortedTransaction>, offset: number): number {
  let low = 0
  let high = aborted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((aborted[middle] as AbortedTransaction)[2] < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The marker as a batch: its key says how the transaction ended, its value who says so. */
export function encodeMarker(end: TransactionEnd, timestampMs: number): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(end.commit ? COMMIT_MARKER : ABORT_MARKER, 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(end.coordinatorEpoch, 2)
  const batch = encodeRecordBatch([[{ key, value, timestampMs }]])
  stampProducer(batch, end, TRANSACTIONAL | CONTROL)
  return batch
}

function endOf(header: BatchHeader, bytes: Buffer): TransactionEnd {
  const budget = { recordsLeft: 1, bytesLeft: bytes.length }
  const records: Parameters<typeof decodeRecords>[3] = []
  decodeRecords({ header, payload: bytes, from: BATCH_HEADER_BYTES }, 0, budget, records)
  const [{ key, value } = { key: null, value: null }] = records
  return {
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    coordinatorEpoch: value ? Buffer.from(value).readInt32BE(2) : -1,
    commit: key !== null && Buffer.from(key).readInt16BE(2) === COMMIT_MARKER,
  }
}

export function describeProducer(producer: Producer): ProducerState {
  const { producerId, producerEpoch, lastTimestampMs, coordinatorEpoch, transactionOffset } =
    producer
  return {
    producerId,
    producerEpoch,
    lastSequence: producer.batches.at(-1)?.[1] ?? -1,
    lastTimestampMs,
    coordinatorEpoch,
    ...(transactionOffset !== undefined && { transactionStartOffset: transactionOffset }),
  }
}
