import type { PartitionId } from '../../../engines/log/port.ts'
import { EPOCH_EXHAUSTED, GROUPS_MAX, PARTITIONS_MAX } from './limits.ts'

/*
 * The state machine of one transactional id, without time or I/O (KIP-98, KIP-360):
 *
 *     empty -> ongoing -> prepare-commit -> complete-commit -> ongoing …
 *                      -> prepare-abort  -> complete-abort  -> ongoing …
 *
 * Each arrow is one durable write. From a `prepare-…` on the outcome is decided, whatever happens.
 */

export type TransactionState =
  | 'empty'
  | 'ongoing'
  | 'prepare-commit'
  | 'prepare-abort'
  | 'complete-commit'
  | 'complete-abort'

/** A transactional id, its producer, and the last transaction of it. */
export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  /** -1 until it is given to a producer for the first time. */
  readonly producerEpoch: number
  /** What a producer held that asked for a new epoch; -1 if none. It may repeat the question. */
  readonly lastEpoch: number
  /** The producer id before this one, when its epochs had run out; else -1. */
  readonly previousProducerId: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: ReadonlyArray<TransactionPartition>
  /** Consumer groups whose offsets are part of it. */
  readonly groups: ReadonlyArray<string>
  /** When the last transaction began; -1 when there was none. */
  readonly startedMs: number
  readonly updatedMs: number
}

/** A partition as clients name it, and the one of the log that has the records. */
export interface TransactionPartition {
  readonly topic: string
  readonly id: PartitionId
}

export interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Refusals by the names of Kafka's errors. */
export type TransactionRefusal =
  | 'CONCURRENT_TRANSACTIONS'
  | 'INVALID_PRODUCER_ID_MAPPING'
  | 'INVALID_TXN_STATE'
  | 'POLICY_VIOLATION'
  | 'PRODUCER_FENCED'

export type Step =
  | { readonly outcome: 'refused'; readonly error: TransactionRefusal }
  /** Nothing to write: it is so already. */
  | { readonly outcome: 'same' }
  | { readonly outcome: 'next'; readonly next: Transaction }

export type InitStep =
  | Step
  /** A transaction of the old incarnation is open: this ends it, then ask again. */
  | { readonly outcome: 'abort-first'; readonly next: Transaction }
  | { readonly outcome: 'new-id'; readonly next: (producerId: number) => Transaction }

export interface InitRequest {
  readonly transactionalId: string
  readonly timeoutMs: number
  /** What the producer holds, when it goes on after an error (KIP-360). */
  readonly held?: Producer
}

const NONE = -1

/** A producer introduces itself: the next epoch is its own, and all earlier ones are fenced. */
export function initProducer(
  current: Transaction | undefined,
  request: InitRequest,
  nowMs: number,
): InitStep {
  if (!current) return { outcome: 'new-id', next: (id) => newTransaction(request, id, nowMs) }
  const { held } = request
  if (held && !isOwnId(current, held)) return refused('PRODUCER_FENCED')
  if (isDecided(current)) return refused('CONCURRENT_TRANSACTIONS')
  if (current.state === 'ongoing') {
    if (held && held.producerEpoch !== current.producerEpoch) return refused('PRODUCER_FENCED')
    return { outcome: 'abort-first', next: fence(current, nowMs) }
  }
  return nextEpoch(current, request, nowMs)
}

function nextEpoch(current: Transaction, request: InitRequest, nowMs: number): InitStep {
  const { held } = request
  const holdsNewest = !held || held.producerEpoch === current.producerEpoch
  const renewed = { ...current, timeoutMs: request.timeoutMs, updatedMs: nowMs, ...noWork }
  if (current.producerEpoch >= EPOCH_EXHAUSTED && holdsNewest) {
    return {
      outcome: 'new-id',
      next: (producerId) => ({
        ...renewed,
        state: 'empty',
        producerId,
        producerEpoch: 0,
        previousProducerId: current.producerId,
        lastEpoch: held ? current.producerEpoch : NONE,
      }),
    }
  }
  if (holdsNewest) {
    return next({
      ...renewed,
      state: 'empty',
      producerEpoch: current.producerEpoch + 1,
      lastEpoch: held ? current.producerEpoch : NONE,
    })
  }
  // The answer to the same question was lost on its way: it is given again.
  if (held.producerEpoch === current.lastEpoch) return { outcome: 'same' }
  return refused('PRODUCER_FENCED')
}

/** The id is the current one, or the one before it whose epochs had run out. */
function isOwnId(current: Transaction, { producerId, producerEpoch }: Producer): boolean {
  if (producerId === current.producerId) return true
  return producerId === current.previousProducerId && producerEpoch >= EPOCH_EXHAUSTED
}

/** Makes partitions and groups part of the transaction, and begins one when none is open. */
export function addToTransaction(
  current: Transaction | undefined,
  producer: Producer,
  added: {
    readonly partitions?: ReadonlyArray<TransactionPartition>
    readonly groups?: ReadonlyArray<string>
  },
  nowMs: number,
): Step {
  const error = refusalOf(current, producer)
  if (error || !current) return refused(error ?? 'INVALID_PRODUCER_ID_MAPPING')
  if (isDecided(current)) return refused('CONCURRENT_TRANSACTIONS')
  const isOpen = current.state === 'ongoing'
  const before = isOpen ? current : { ...current, ...noWork }
  const known = new Set(before.partitions.map(partitionKey))
  const partitions = (added.partitions ?? []).filter((one) => !known.has(partitionKey(one)))
  const groups = (added.groups ?? []).filter((group) => !before.groups.includes(group))
  if (isOpen && partitions.length + groups.length === 0) return { outcome: 'same' }
  const together = {
    partitions: [...before.partitions, ...partitions],
    groups: [...before.groups, ...groups],
  }
  if (together.partitions.length > PARTITIONS_MAX || together.groups.length > GROUPS_MAX) {
    return refused('POLICY_VIOLATION')
  }
  return next({
    ...before,
    ...together,
    state: 'ongoing',
    startedMs: isOpen ? before.startedMs : nowMs,
    updatedMs: nowMs,
  })
}

/** Whether offsets of that group may be committed in the open transaction. */
export function takesOffsets(
  current: Transaction | undefined,
  producer: Producer,
  groupId: string,
): TransactionRefusal | undefined {
  const error = refusalOf(current, producer)
  if (error || !current) return error
  if (isDecided(current)) return 'CONCURRENT_TRANSACTIONS'
  const isPart = current.state === 'ongoing' && current.groups.includes(groupId)
  return isPart ? undefined : 'INVALID_TXN_STATE'
}

/** The producer ends its transaction. `same`: it has ended that way before. */
export function endTransaction(
  current: Transaction | undefined,
  producer: Producer,
  commit: boolean,
  nowMs: number,
): Step {
  const error = refusalOf(current, producer)
  if (error || !current) return refused(error ?? 'INVALID_PRODUCER_ID_MAPPING')
  switch (current.state) {
    case 'ongoing':
      return next({
        ...current,
        state: commit ? 'prepare-commit' : 'prepare-abort',
        updatedMs: nowMs,
      })
    case 'complete-commit':
      return commit ? { outcome: 'same' } : refused('INVALID_TXN_STATE')
    case 'complete-abort':
      return commit ? refused('INVALID_TXN_STATE') : { outcome: 'same' }
    case 'prepare-commit':
      return refused(commit ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE')
    case 'prepare-abort':
      return refused(commit ? 'INVALID_TXN_STATE' : 'CONCURRENT_TRANSACTIONS')
    case 'empty':
      return refused('INVALID_TXN_STATE')
  }
}

/** Ends the open transaction against its producer, which is fenced: its epoch is no longer valid. */
export function fence(current: Transaction, nowMs: number): Transaction {
  return {
    ...current,
    state: 'prepare-abort',
    producerEpoch: current.producerEpoch + 1,
    lastEpoch: NONE,
    updatedMs: nowMs,
  }
}

/** After the last marker. What is complete stays so. */
export function complete(current: Transaction, nowMs: number): Transaction {
  if (!isDecided(current)) return current
  const state = current.state === 'prepare-commit' ? 'complete-commit' : 'complete-abort'
  return { ...current, partitions: [], groups: [], state, updatedMs: nowMs }
}

/** The outcome is written down, and some of the markers may be. */
export function isDecided({ state }: Transaction): boolean {
  return state === 'prepare-commit' || state === 'prepare-abort'
}

/** It has to be ended still, by its producer or by the coordinator. */
export function isOpen(transaction: Transaction): boolean {
  return transaction.state === 'ongoing' || isDecided(transaction)
}

export function partitionKey({ id }: Pick<TransactionPartition, 'id'>): string {
  return `${id.topic}/${id.partition}`
}

function refusalOf(
  current: Transaction | undefined,
  producer: Producer,
): TransactionRefusal | undefined {
  if (current?.producerId !== producer.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  if (current.producerEpoch !== producer.producerEpoch) return 'PRODUCER_FENCED'
  return undefined
}

const noWork = { partitions: [], groups: [], startedMs: NONE } as const

function newTransaction(request: InitRequest, producerId: number, nowMs: number): Transaction {
  return {
    transactionalId: request.transactionalId,
    producerId,
    producerEpoch: 0,
    lastEpoch: NONE,
    previousProducerId: NONE,
    timeoutMs: request.timeoutMs,
    state: 'empty',
    ...noWork,
    updatedMs: nowMs,
  }
}

function next(transaction: Transaction): Step {
  return { outcome: 'next', next: transaction }
}

function refused(error: TransactionRefusal) {
  return { outcome: 'refused', error } as const
}
