import type { Clock } from '../../../base/clock.ts'
import type { KeyedTurns } from '../../../base/keyed-turns.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Completions } from './completions.ts'
import { awaitShortly, save } from './coordinator.ts'
import type { KnownTransactions } from './known-transactions.ts'
import { transactionKey } from './known-transactions.ts'
import { COMPLETIONS_AT_ONCE, EXPIRY_ROUND_MS, ID_LIFE_MS } from './limits.ts'
import type { Transaction } from './transaction.ts'
import { complete, fence, isDecided, isOpen } from './transaction.ts'
import type { StoredTransaction, TransactionStore } from './transaction-store.ts'

/** What happens to transactions without a producer asking for it. */
export interface Caretaker {
  /** Writes down that all markers of a transaction are written. */
  close(scope: Scope, transaction: Transaction): Promise<void>
  /** Completes what is decided, aborts what takes longer than its producer said it would. */
  tend(signal: AbortSignal): Promise<void>
  /** Forgets transactional ids that nobody has used for a week; looks for them once an hour. */
  expire(signal: AbortSignal): Promise<void>
}

export interface CaretakerDeps {
  readonly store: TransactionStore
  readonly known: KnownTransactions
  readonly turns: KeyedTurns
  readonly completions: () => Completions
  readonly clock: Clock
  readonly log: Logger
}

export function createCaretaker(deps: CaretakerDeps): Caretaker {
  const { store, known, clock, log } = deps

  function inTurn(
    scope: Scope,
    transactionalId: string,
    work: (stored: StoredTransaction) => Promise<void>,
  ): Promise<void> {
    return deps.turns.run(transactionKey(scope, transactionalId), async () => {
      const stored = await store.get(scope, transactionalId)
      if (stored) await work(stored)
      else known.forget(scope, transactionalId)
    })
  }

  async function abortLate(scope: Scope, transactionalId: string): Promise<void> {
    await inTurn(scope, transactionalId, async (stored) => {
      if (!isLate(stored.transaction, clock.wallMs())) return
      const { producerId, timeoutMs } = stored.transaction
      log.info({ transactionalId, producerId, timeoutMs }, 'a transaction is late and is aborted')
      await save(deps, scope, fence(stored.transaction, clock.wallMs()), stored)
    })
  }

  let expiredMs = Number.NEGATIVE_INFINITY
  return {
    close: (scope, { transactionalId }) =>
      inTurn(scope, transactionalId, async (stored) => {
        if (!isDecided(stored.transaction)) return
        await save(deps, scope, complete(stored.transaction, clock.wallMs()), stored)
      }),
    async tend(signal) {
      const completions = deps.completions()
      const attempts: Promise<void>[] = []
      for (const { scope, transaction } of known.open()) {
        if (signal.aborted || attempts.length === COMPLETIONS_AT_ONCE) break
        const { transactionalId } = transaction
        if (isLate(transaction, clock.wallMs())) await abortLate(scope, transactionalId)
        const now = known.find(scope, transactionalId)?.transaction
        if (now && isDecided(now) && completions.isDue(scope, transactionalId)) {
          attempts.push(completions.finish(scope, now))
        }
      }
      await awaitShortly(clock, Promise.all(attempts))
    },
    async expire(signal) {
      if (clock.monotonicMs() - expiredMs < EXPIRY_ROUND_MS) return
      for await (const { scope, transaction } of store.everywhere()) {
        if (signal.aborted) return
        if (!isExpired(transaction, clock.wallMs())) continue
        await inTurn(scope, transaction.transactionalId, async (stored) => {
          if (!isExpired(stored.transaction, clock.wallMs())) return
          if (await store.remove(stored)) known.forget(scope, transaction.transactionalId)
        })
      }
      expiredMs = clock.monotonicMs()
    },
  }
}

function isLate({ state, startedMs, timeoutMs }: Transaction, nowMs: number): boolean {
  return state === 'ongoing' && startedMs + timeoutMs <= nowMs
}

function isExpired(transaction: Transaction, nowMs: number): boolean {
  return !isOpen(transaction) && transaction.updatedMs + ID_LIFE_MS <= nowMs
}
