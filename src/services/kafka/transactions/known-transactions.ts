import type { Scope } from '../../../base/scope.ts'
import { ENDED_KEPT_MAX } from './limits.ts'
import type { Transaction, TransactionPartition } from './transaction.ts'
import { isOpen, partitionKey } from './transaction.ts'

export interface KnownTransaction {
  readonly scope: Scope
  readonly transaction: Transaction
  has(partition: TransactionPartition['id']): boolean
}

/**
 * What this process knows of the stored transactions without asking the store: all that are open,
 * and as many of the others as fit. A cache; the rows are the truth.
 */
export interface KnownTransactions {
  note(scope: Scope, transaction: Transaction): void
  forget(scope: Scope, transactionalId: string): void
  find(scope: Scope, transactionalId: string): KnownTransaction | undefined
  /** A copy: it may be walked while transactions end. */
  open(): ReadonlyArray<KnownTransaction>
  openCount(): number
}

export function createKnownTransactions(): KnownTransactions {
  const open = new Map<string, KnownTransaction>()
  const ended = new Map<string, KnownTransaction>()

  function forget(key: string): void {
    open.delete(key)
    ended.delete(key)
  }

  return {
    note(scope, transaction) {
      const key = transactionKey(scope, transaction.transactionalId)
      forget(key)
      const partitions = new Set(transaction.partitions.map(partitionKey))
      const home = isOpen(transaction) ? open : ended
      home.set(key, {
        scope: { accountId: scope.accountId, region: scope.region },
        transaction,
        has: (id) => partitions.has(partitionKey({ id })),
      })
      const [oldest] = ended.keys()
      if (ended.size > ENDED_KEPT_MAX && oldest !== undefined) ended.delete(oldest)
    },
    forget: (scope, transactionalId) => forget(transactionKey(scope, transactionalId)),
    find(scope, transactionalId) {
      const key = transactionKey(scope, transactionalId)
      return open.get(key) ?? ended.get(key)
    },
    open: () => [...open.values()],
    openCount: () => open.size,
  }
}

/** Text that is unique over accounts and regions. */
export function transactionKey({ accountId, region }: Scope, transactionalId: string): string {
  return `${accountId}/${region}/${transactionalId}`
}
