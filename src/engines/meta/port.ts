/**
 * Small ordered key-value truth: catalog, tasks, functions, checkpoints, leases, the object index.
 * Keys are bytes in byte order (see `base/ordered-key.ts`), at most 1,900 of them; values are bytes.
 *
 * Promise: `commit` resolves once the whole batch is durable, or rejects with nothing of it kept.
 * A reader sees a batch whole or not at all, and never one that a crash could take back.
 */
export interface MetaStore {
  readonly capabilities: MetaCapabilities
  get(key: Uint8Array): Promise<MetaEntry | undefined>
  /** Entries of one consistent moment, in key order; `after` (exclusive) pages on. */
  scan(range: MetaRange): Promise<ReadonlyArray<MetaEntry>>
  /**
   * Applies all writes if every check holds, else rejects with `EngineError('conflict')`.
   * A full medium rejects with `EngineError('full')` and keeps serving reads; what only removes, or
   * says that it gives room back, finds some that was kept for it.
   */
  commit(batch: MetaBatch): Promise<void>
  /**
   * Calls `onPut` soon after other nodes have put something whose key begins with `prefix`, as long as
   * the store is open. Whoever commits here knows by himself.
   */
  watch(prefix: Uint8Array, onPut: () => void): void
  close(): Promise<void>
}

export interface MetaCapabilities {
  /** Several processes may hold the store at once (PostgreSQL: true; the embedded one: false). */
  readonly shared: boolean
}

export interface MetaEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Changes with every write of the key; 0 stands for an absent key in a check. */
  readonly version: number
}

export interface MetaRange {
  readonly prefix: Uint8Array
  readonly after?: Uint8Array
  readonly limit: number
  readonly reverse?: boolean
}

export interface MetaBatch {
  /** Compare: the key must still have this version (0: must be absent). */
  readonly checks?: ReadonlyArray<{ readonly key: Uint8Array; readonly version: number }>
  readonly puts?: ReadonlyArray<{ readonly key: Uint8Array; readonly value: Uint8Array }>
  readonly removals?: ReadonlyArray<Uint8Array>
  /** It puts something, but only so that more can be removed. */
  readonly givesRoom?: boolean
}
