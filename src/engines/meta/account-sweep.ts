import { decodeKey, encodeKey } from '../../base/ordered-key.ts'
import type { MetaStore } from './port.ts'

/**
 * Removes the documents of an account from every collection (their keys begin with collection and
 * account, see `documents.ts`). Collections that `isKept` names stay as they are.
 */
export async function sweepAccount(
  meta: MetaStore,
  accountId: string,
  isKept: (collection: string) => boolean,
): Promise<void> {
  for (const collection of await collectionsOf(meta)) {
    if (!isKept(collection)) await removeBelow(meta, encodeKey([collection, accountId]))
  }
}

/** The accounts that have any document. */
export async function accountsOf(
  meta: MetaStore,
  isKept: (collection: string) => boolean,
): Promise<ReadonlySet<string>> {
  const accounts = new Set<string>()
  for (const collection of await collectionsOf(meta)) {
    if (isKept(collection)) continue
    for (const [, account] of await heads(meta, encodeKey([collection]), 2)) {
      accounts.add(String(account))
    }
  }
  return accounts
}

async function collectionsOf(meta: MetaStore): Promise<ReadonlyArray<string>> {
  return (await heads(meta, Buffer.alloc(0), 1)).map(([collection]) => String(collection))
}

/** The different first `count` parts of the keys below a prefix, found by seeking from one to the next. */
async function heads(meta: MetaStore, prefix: Buffer, count: number) {
  const found: ReturnType<typeof decodeKey>[] = []
  let after: Uint8Array | undefined
  for (;;) {
    const [entry] = await meta.scan({ prefix, limit: 1, ...(after && { after }) })
    if (!entry) return found
    const head = decodeKey(entry.key, count)
    found.push(head)
    // No part of a key begins with 0xff, so this lies behind every key with this head.
    after = Buffer.concat([encodeKey(head), Buffer.of(0xff)])
  }
}

const PAGE = 1000

async function removeBelow(meta: MetaStore, prefix: Buffer): Promise<void> {
  for (;;) {
    const entries = await meta.scan({ prefix, limit: PAGE })
    if (entries.length > 0) await meta.commit({ removals: entries.map((entry) => entry.key) })
    if (entries.length < PAGE) return
  }
}
