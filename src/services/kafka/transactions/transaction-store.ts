import { EngineError } from '../../../base/errors.ts'
import { decodeKey, encodeKey } from '../../../base/ordered-key.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaEntry, MetaStore } from '../../../engines/meta/port.ts'
import type { Transaction } from './transaction.ts'

/** A transactional id as it is kept; `version` 0 stands for one that is not there. */
export interface StoredTransaction {
  readonly scope: Scope
  readonly transaction: Transaction
  readonly version: number
}

/** The transactional ids of all accounts. Each change is durable when resolved. */
export interface TransactionStore {
  get(scope: Scope, transactionalId: string): Promise<StoredTransaction | undefined>
  /** False when the row is not of that version: another one has changed it. */
  save(scope: Scope, transaction: Transaction, version: number): Promise<boolean>
  /** False likewise. */
  remove(stored: StoredTransaction): Promise<boolean>
  /** In the order of ids. */
  list(scope: Scope): AsyncIterable<StoredTransaction>
  everywhere(): AsyncIterable<StoredTransaction>
}

const COLLECTION = 'kafka/transaction'
const PAGE = 1000

export function createTransactionStore(meta: MetaStore): TransactionStore {
  const keyOf = ({ accountId, region }: Scope, transactionalId: string) =>
    encodeKey([COLLECTION, accountId, region, transactionalId])

  async function* scan(prefix: Uint8Array) {
    for (let after: Uint8Array | undefined; ; ) {
      const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
      for (const entry of entries) yield storedOf(entry)
      after = entries.at(-1)?.key
      if (entries.length < PAGE) return
    }
  }

  return {
    async get(scope, transactionalId) {
      const entry = await meta.get(keyOf(scope, transactionalId))
      return entry && storedOf(entry)
    },
    save(scope, transaction, version) {
      const key = keyOf(scope, transaction.transactionalId)
      const value = Buffer.from(JSON.stringify(transaction))
      return tryCommit(meta, { checks: [{ key, version }], puts: [{ key, value }] })
    },
    remove({ scope, transaction, version }) {
      const key = keyOf(scope, transaction.transactionalId)
      return tryCommit(meta, { checks: [{ key, version }], removals: [key] })
    },
    list: ({ accountId, region }) => scan(encodeKey([COLLECTION, accountId, region])),
    everywhere: () => scan(encodeKey([COLLECTION])),
  }
}

function storedOf({ key, value, version }: MetaEntry): StoredTransaction {
  const [, accountId, region] = decodeKey(key)
  return {
    scope: { accountId: String(accountId), region: String(region) },
    transaction: JSON.parse(Buffer.from(value).toString('utf8')) as Transaction,
    version,
  }
}

async function tryCommit(meta: MetaStore, batch: Parameters<MetaStore['commit']>[0]) {
  try {
    await meta.commit(batch)
    return true
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'conflict') return false
    throw error
  }
}
