import type { Clock } from '../../../base/clock.ts'
import { createKeyedTurns } from '../../../base/keyed-turns.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import { createWaker } from '../../../base/waker.ts'
import type { BatchLog } from '../../../engines/log/port.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { TransactionalOffsets, TransactionGate } from '../parts.ts'
import { createCaretaker } from './caretaker.ts'
import { createCompletions } from './completions.ts'
import type { Coordinator } from './coordinator.ts'
import { createCoordinator } from './coordinator.ts'
import { createKnownTransactions } from './known-transactions.ts'
import { EXPIRY_ROUND_MS } from './limits.ts'
import { createProducerIds } from './producer-ids.ts'
import type { Transaction } from './transaction.ts'
import { isDecided } from './transaction.ts'
import { createTransactionGate } from './transaction-gate.ts'
import { createTransactionStore } from './transaction-store.ts'

/** The transaction coordinator of Kafka's protocol: KIP-98, KIP-360, KIP-447 and KIP-664. */
export interface Transactions {
  readonly coordinator: Coordinator
  readonly gate: TransactionGate
  /** A transactional id as it is now; of one that is decided only the partitions without a marker. */
  find(scope: Scope, transactionalId: string): Promise<Transaction | undefined>
  /** In the order of ids. */
  list(scope: Scope): AsyncIterable<Transaction>
  /** Completes what a crash left decided, aborts what takes too long, and forgets idle ids. */
  run(signal: AbortSignal): Promise<void>
}

export interface TransactionsDeps {
  readonly meta: MetaStore
  readonly batches: Pick<BatchLog, 'endTransaction'>
  readonly offsets: TransactionalOffsets
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
}

/** How often open transactions are looked at, while there are any. */
const ROUND_MS = 1_000

export function createTransactions(deps: TransactionsDeps): Transactions {
  const { clock } = deps
  const store = createTransactionStore(deps.meta)
  const known = createKnownTransactions()
  const turns = createKeyedTurns()
  const waker = createWaker(clock)
  const shared = { ...deps, store, known, turns }
  const caretaker = createCaretaker({ ...shared, completions: () => completions })
  const completions = createCompletions({ ...deps, close: caretaker.close })
  const loading = createLoading(async () => {
    for await (const { scope, transaction } of store.everywhere()) known.note(scope, transaction)
  })
  const producerIds = createProducerIds(deps.meta)
  const { loaded } = loading
  const coordinator = createCoordinator({ ...shared, completions, producerIds, loaded })

  let isIdle = false
  async function round(signal: AbortSignal): Promise<number> {
    await loaded()
    await caretaker.tend(signal)
    await caretaker.expire(signal)
    isIdle = known.openCount() === 0
    await waker.wait(isIdle ? EXPIRY_ROUND_MS : ROUND_MS, signal)
    isIdle = false
    return 0
  }

  return {
    coordinator: {
      ...coordinator,
      async add(...request) {
        const answer = await coordinator.add(...request)
        if (isIdle) waker.wake()
        return answer
      },
    },
    gate: createTransactionGate(known, loading.isLoaded),
    async find(scope, transactionalId) {
      const stored = await store.get(scope, transactionalId)
      if (!stored || !isDecided(stored.transaction)) return stored?.transaction
      const partitions = completions.remaining(scope, stored.transaction)
      return { ...stored.transaction, partitions }
    },
    async *list(scope) {
      for await (const { transaction } of store.list(scope)) yield transaction
    },
    run: (signal) => deps.background.run({ name: 'kafka/transactions', round }, signal),
  }
}

/** Does the work once, when it is first asked for; after a failure the next one who asks tries again. */
function createLoading(work: () => Promise<void>) {
  let isLoaded = false
  let loading: Promise<void> | undefined
  async function load(): Promise<void> {
    try {
      await work()
      isLoaded = true
    } finally {
      loading = undefined
    }
  }
  return {
    isLoaded: () => isLoaded,
    async loaded(): Promise<void> {
      if (isLoaded) return
      loading ??= load()
      await loading
    },
  }
}
