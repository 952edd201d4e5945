import { EngineError } from '../../base/errors.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import { decodeKey, encodeKey, encodeKeyPrefix } from '../../base/ordered-key.ts'
import type { Scope } from '../../base/scope.ts'
import { commitUnlessChanged } from './guarded-commit.ts'
import type { MetaBatch, MetaEntry, MetaStore } from './port.ts'

/** One stored document with its identity. */
export interface Document<T> {
  readonly scope: Scope
  readonly id: ReadonlyArray<KeyPart>
  readonly value: T
}

/** What becomes of one document in a commit. */
export interface DocumentChange<T> {
  readonly id: ReadonlyArray<KeyPart>
  /** Absent when the document is new, or was written by `put` without being read. */
  readonly before?: T
  /** Absent when it is removed. */
  readonly after?: T
}

/**
 * What goes with the changes that `create`, `put`, `update` and `remove` make: writes of the same
 * commit, so that a crash parts neither from the other.
 */
export interface Company<T> {
  puts(scope: Scope, change: DocumentChange<T>): NonNullable<MetaBatch['puts']>
  /** After a commit that had such writes. */
  committed(): void
}

/** How to page: `after` is the last id part of the page before. */
export interface DocumentPage {
  /** Leading id parts that all answers share. */
  readonly under?: ReadonlyArray<KeyPart>
  /** The next id part starts with this text. */
  readonly prefix?: string
  readonly after?: ReadonlyArray<KeyPart>
  readonly limit: number
  readonly reverse?: boolean
}

/**
 * A typed collection of JSON documents of one kind (`'kinesis/stream'`), kept per account and
 * region: the repository on which the nouns of the services stand. Every change is durable when its
 * promise resolves; every change of one document is compare-and-set, so no update is lost.
 */
export interface Documents<T> {
  /** Where a document lies, for its removal as part of a larger `MetaStore.commit`. */
  keyOf(scope: Scope, id: ReadonlyArray<KeyPart>): Uint8Array
  get(scope: Scope, ...id: ReadonlyArray<KeyPart>): Promise<T | undefined>
  /**
   * As `get`, but the same object as long as nobody writes the document: for what every request
   * reads. It must not be changed.
   */
  getShared(scope: Scope, ...id: ReadonlyArray<KeyPart>): Promise<T | undefined>
  /** False when the document is already there. */
  create(scope: Scope, id: ReadonlyArray<KeyPart>, value: T): Promise<boolean>
  put(scope: Scope, id: ReadonlyArray<KeyPart>, value: T): Promise<void>
  /**
   * Replaces the document by `change(current)`, retried until no other writer was in between; the
   * callback may throw to refuse. Answers the new value, or undefined when the document is absent.
   */
  update(
    scope: Scope,
    id: ReadonlyArray<KeyPart>,
    change: (current: T) => T,
  ): Promise<T | undefined>
  /** False when it was not there. */
  remove(scope: Scope, ...id: ReadonlyArray<KeyPart>): Promise<boolean>
  /** Removes all documents whose id starts with these parts. */
  removeUnder(scope: Scope, ...id: ReadonlyArray<KeyPart>): Promise<void>
  list(scope: Scope, page: DocumentPage): Promise<ReadonlyArray<Document<T>>>
  /** Every document of every account and region, in pages: for background loops at start. */
  everywhere(): AsyncIterable<Document<T>>
  /** The write of a document as part of a larger `MetaStore.commit`. */
  putBatch(scope: Scope, id: ReadonlyArray<KeyPart>, value: T): Required<Pick<MetaBatch, 'puts'>>
}

const ATTEMPTS_MAX = 100
const SCAN_LIMIT = 1000
/** Documents that `getShared` keeps in memory. */
const SHARED_MAX = 1000

export function createDocuments<T>(
  meta: MetaStore,
  collection: string,
  company?: Company<T>,
): Documents<T> {
  const keyOf = (scope: Scope, id: ReadonlyArray<KeyPart>) =>
    encodeKey([collection, scope.accountId, scope.region, ...id])

  /** False when the document, or its absence, is no longer what `version` says. */
  async function write(scope: Scope, change: DocumentChange<T>, version?: number) {
    const key = keyOf(scope, change.id)
    const more = company?.puts(scope, change) ?? []
    const { after } = change
    const own = after === undefined ? [] : [{ key, value: encodeValue(after) }]
    const done = await commitUnlessChanged(meta, {
      ...(version !== undefined && { checks: [{ key, version }] }),
      ...(after === undefined && { removals: [key] }),
      puts: [...own, ...more],
    })
    if (done && more.length > 0) company?.committed()
    return done
  }

  async function update(scope: Scope, id: ReadonlyArray<KeyPart>, change: (current: T) => T) {
    const key = keyOf(scope, id)
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await meta.get(key)
      if (!entry) return undefined
      const before = decodeValue<T>(entry)
      const after = change(before)
      if (await write(scope, { id, before, after }, entry.version)) return after
    }
    throw new EngineError('conflict', `${collection} ${id.join('/')} changes too often`)
  }

  async function remove(scope: Scope, ...id: ReadonlyArray<KeyPart>) {
    const key = keyOf(scope, id)
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await meta.get(key)
      if (!entry) return false
      const before = company && decodeValue<T>(entry)
      if (await write(scope, { id, ...(before && { before }) }, entry.version)) return true
    }
    throw new EngineError('conflict', `${collection} ${id.join('/')} changes too often`)
  }

  async function removeUnder(scope: Scope, ...id: ReadonlyArray<KeyPart>) {
    const prefix = keyOf(scope, id)
    for (;;) {
      const entries = await meta.scan({ prefix, limit: SCAN_LIMIT })
      if (entries.length > 0) await meta.commit({ removals: entries.map((entry) => entry.key) })
      if (entries.length < SCAN_LIMIT) return
    }
  }

  async function* everywhere() {
    const prefix = encodeKey([collection])
    let after: Uint8Array | undefined
    for (;;) {
      const entries = await meta.scan({ prefix, limit: SCAN_LIMIT, ...(after && { after }) })
      for (const entry of entries) yield documentOf<T>(entry)
      after = entries.at(-1)?.key
      if (entries.length < SCAN_LIMIT) return
    }
  }

  const readShared = createSharedReads<T>(meta)

  return {
    keyOf,
    async get(scope, ...id) {
      const entry = await meta.get(keyOf(scope, id))
      return entry && decodeValue<T>(entry)
    },
    getShared: (scope, ...id) => readShared(keyOf(scope, id)),
    create: (scope, id, after) => write(scope, { id, after }, 0),
    async put(scope, id, after) {
      if (await write(scope, { id, after })) return
      throw new EngineError('conflict', `${collection} ${id.join('/')} was not written`)
    },
    update,
    remove,
    removeUnder,
    async list(scope, page) {
      const head = [collection, scope.accountId, scope.region, ...(page.under ?? [])]
      const prefix = page.prefix ? encodeKeyPrefix(head, page.prefix) : encodeKey(head)
      const entries = await meta.scan({
        prefix,
        limit: page.limit,
        reverse: page.reverse ?? false,
        ...(page.after && { after: encodeKey([...head, ...page.after]) }),
      })
      return entries.map((entry) => documentOf<T>(entry))
    },
    everywhere,
    putBatch: (scope, id, value) => ({
      puts: [{ key: keyOf(scope, id), value: encodeValue(value) }],
    }),
  }
}

/** Decodes each version of a document once, as long as it is among those that were read last. */
function createSharedReads<T>(meta: MetaStore): (key: Buffer) => Promise<T | undefined> {
  const shared = new Map<string, { readonly version: number; readonly value: T }>()
  return async (key) => {
    const entry = await meta.get(key)
    if (!entry) return undefined
    const name = key.toString('latin1')
    const known = shared.get(name)
    if (known?.version === entry.version) return known.value
    const value = decodeValue<T>(entry)
    shared.delete(name)
    shared.set(name, { version: entry.version, value })
    const [oldest] = shared.keys()
    if (shared.size > SHARED_MAX && oldest !== undefined) shared.delete(oldest)
    return value
  }
}

function documentOf<T>(entry: MetaEntry): Document<T> {
  const [, accountId, region, ...id] = decodeKey(entry.key)
  return {
    scope: { accountId: String(accountId), region: String(region) },
    id,
    value: decodeValue<T>(entry),
  }
}

function encodeValue(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function decodeValue<T>(entry: MetaEntry): T {
  return JSON.parse(Buffer.from(entry.value).toString('utf8')) as T
}
