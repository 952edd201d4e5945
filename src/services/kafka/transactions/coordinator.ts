import { present } from '../../../base/assert.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { KeyedTurns } from '../../../base/keyed-turns.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { GroupMemberClaim, GroupOffset, TransactionalOffsets } from '../parts.ts'
import type { Completions } from './completions.ts'
import type { KnownTransactions } from './known-transactions.ts'
import { transactionKey } from './known-transactions.ts'
import { COMPLETION_WAIT_MS, OPEN_MAX } from './limits.ts'
import type { ProducerIds } from './producer-ids.ts'
import type {
  InitRequest,
  Producer,
  Step,
  Transaction,
  TransactionPartition,
  TransactionRefusal,
} from './transaction.ts'
import {
  addToTransaction,
  endTransaction,
  initProducer,
  isDecided,
  takesOffsets,
} from './transaction.ts'
import type { StoredTransaction, TransactionStore } from './transaction-store.ts'

/** The last one: the store has trouble, or too much is open. Clients try again. */
export type Refused = TransactionRefusal | 'COORDINATOR_NOT_AVAILABLE'

/**
 * What producers ask of the transaction coordinator. What is answered is durable; requests of one
 * transactional id take effect one after the other.
 */
export interface Coordinator {
  /** A producer id for an idempotent producer without transactions. */
  newProducer(): Promise<Producer | Refused>
  /** The next epoch; an open transaction of the one before is aborted and its producer fenced. */
  init(scope: Scope, request: InitRequest): Promise<Producer | Refused>
  add(scope: Scope, transactionalId: string, producer: Producer, added: Added): Promise<Answer>
  /** Keeps the offsets apart until the transaction ends; it ends only after they are kept. */
  commitOffsets(
    scope: Scope,
    transactionalId: string,
    producer: Producer,
    commit: OffsetCommit,
  ): Promise<Answer | Awaited<ReturnType<TransactionalOffsets['pend']>>>
  /** Decides the outcome. All of it is to be seen when this resolves, unless the log has trouble. */
  end(scope: Scope, transactionalId: string, producer: Producer, commit: boolean): Promise<Answer>
}

export type Answer = Refused | 'none'

export interface Added {
  readonly partitions?: ReadonlyArray<TransactionPartition>
  readonly groups?: ReadonlyArray<string>
}

export interface OffsetCommit {
  readonly claim: GroupMemberClaim
  readonly offsets: ReadonlyArray<GroupOffset>
}

export interface CoordinatorDeps {
  readonly store: TransactionStore
  readonly known: KnownTransactions
  readonly turns: KeyedTurns
  readonly completions: Completions
  readonly producerIds: ProducerIds
  readonly offsets: TransactionalOffsets
  readonly clock: Clock
  readonly log: Logger
  /** Resolves when the open transactions of the store are known. */
  readonly loaded: () => Promise<void>
}

export function createCoordinator(deps: CoordinatorDeps): Coordinator {
  const { store, turns, clock, log } = deps

  /** What was asked is done whole or not at all when the store fails. */
  async function guarded<T>(work: () => Promise<T>): Promise<T | Refused> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      log.error({ err: error }, 'the transaction coordinator could not answer')
      return 'COORDINATOR_NOT_AVAILABLE'
    }
  }

  function inTurn<T>(
    scope: Scope,
    transactionalId: string,
    work: (stored: StoredTransaction | undefined) => Promise<T>,
  ): Promise<T | Refused> {
    const read = async () => {
      await deps.loaded()
      return work(await store.get(scope, transactionalId))
    }
    return turns.run(transactionKey(scope, transactionalId), () => guarded(read))
  }

  const initOnce = (scope: Scope, request: InitRequest) =>
    inTurn(scope, request.transactionalId, (stored) => initStored(deps, scope, request, stored))

  return {
    newProducer: () =>
      guarded(async () => ({ producerId: await deps.producerIds.next(), producerEpoch: 0 })),
    async init(scope, request) {
      const first = await initOnce(scope, request)
      if (typeof first === 'string' || !('open' in first)) return first
      await finishSoon(deps, scope, first.open)
      const second = await initOnce(scope, { ...request, ...(first.held && { held: first.held }) })
      return typeof second === 'object' && 'open' in second ? 'CONCURRENT_TRANSACTIONS' : second
    },
    add: (scope, transactionalId, producer, added) =>
      inTurn(scope, transactionalId, async (stored) => {
        const current = stored?.transaction
        const step = addToTransaction(current, producer, added, clock.wallMs())
        if (step.outcome !== 'next') return answerTo(step)
        if (current?.state !== 'ongoing' && deps.known.openCount() >= OPEN_MAX) {
          log.warn({ open: OPEN_MAX }, 'too many transactions are open')
          return 'COORDINATOR_NOT_AVAILABLE'
        }
        const saved = await save(deps, scope, step.next, stored)
        return saved ? 'none' : 'CONCURRENT_TRANSACTIONS'
      }),
    commitOffsets: (scope, transactionalId, producer, { claim, offsets }) =>
      inTurn(scope, transactionalId, async (stored) => {
        const error = takesOffsets(stored?.transaction, producer, claim.groupId)
        return error ?? deps.offsets.pend(scope, claim, producer, offsets)
      }),
    async end(scope, transactionalId, producer, commit) {
      const decided = await inTurn(scope, transactionalId, async (stored) => {
        const step = endTransaction(stored?.transaction, producer, commit, clock.wallMs())
        if (step.outcome !== 'next') return answerTo(step)
        const saved = await save(deps, scope, step.next, stored)
        return saved ? step.next : 'CONCURRENT_TRANSACTIONS'
      })
      if (typeof decided === 'string') return decided
      await finishSoon(deps, scope, decided)
      return 'none'
    },
  }
}

/** What must be completed before the producer can have its epoch, and what the producer holds then. */
interface Unfinished {
  readonly open: Transaction
  readonly held?: Producer
}

async function initStored(
  deps: CoordinatorDeps,
  scope: Scope,
  request: InitRequest,
  stored: StoredTransaction | undefined,
): Promise<Producer | Refused | Unfinished> {
  const step = initProducer(stored?.transaction, request, deps.clock.wallMs())
  switch (step.outcome) {
    case 'refused':
      return stored && isDecided(stored.transaction) && step.error === 'CONCURRENT_TRANSACTIONS'
        ? { open: stored.transaction }
        : step.error
    case 'same':
      return producerOf(present(stored, 'the row of a known producer').transaction)
    case 'abort-first': {
      if (!(await save(deps, scope, step.next, stored))) return 'CONCURRENT_TRANSACTIONS'
      // Who held the epoch that is fenced now is the one who asks: it goes on from there.
      return { open: step.next, ...(request.held && { held: producerOf(step.next) }) }
    }
    case 'new-id':
    case 'next': {
      const next = step.outcome === 'next' ? step.next : step.next(await deps.producerIds.next())
      const saved = await save(deps, scope, next, stored)
      return saved ? producerOf(next) : 'CONCURRENT_TRANSACTIONS'
    }
  }
}

function answerTo(step: Exclude<Step, { readonly outcome: 'next' }>): Answer {
  return step.outcome === 'refused' ? step.error : 'none'
}

function producerOf({ producerId, producerEpoch }: Transaction): Producer {
  return { producerId, producerEpoch }
}

/**
 * Writes the next state down, in the turn of its id; the gate follows. What it let through meanwhile
 * is part of the transaction: markers are written only after this. False when the row was changed
 * elsewhere.
 */
export async function save(
  { store, known }: Pick<CoordinatorDeps, 'store' | 'known'>,
  scope: Scope,
  next: Transaction,
  stored: StoredTransaction | undefined,
): Promise<boolean> {
  const isSaved = await store.save(scope, next, stored?.version ?? 0)
  if (isSaved) known.note(scope, next)
  else known.forget(scope, next.transactionalId)
  return isSaved
}

function finishSoon(
  { completions, clock }: Pick<CoordinatorDeps, 'completions' | 'clock'>,
  scope: Scope,
  transaction: Transaction,
): Promise<void> {
  return awaitShortly(clock, completions.finish(scope, transaction))
}

/** Waits for the end of what is decided, but not longer than a client should. */
export async function awaitShortly(clock: Clock, work: Promise<unknown>): Promise<void> {
  const answered = new AbortController()
  await Promise.race([work, clock.sleep(COMPLETION_WAIT_MS, answered.signal)])
  answered.abort()
}
