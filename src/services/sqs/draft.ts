import { EngineError } from '../../base/errors.ts'
import type { MetaStore } from '../../engines/meta/port.ts'

/**
 * A change of several rows, read and written together: what was read by `get` must still be so when
 * it is committed, and what was written is read back. Bytes are kept as they are, other values as JSON.
 */
export interface Draft {
  get<T>(key: Uint8Array): Promise<T | undefined>
  put(key: Uint8Array, value: unknown): void
  remove(key: Uint8Array): void
  /** Durable when resolved; `EngineError('conflict')` when another writer was in between. */
  commit(): Promise<void>
}

function createDraft(meta: MetaStore): Draft {
  const checks = new Map<string, { readonly key: Uint8Array; readonly version: number }>()
  const read = new Map<string, unknown>()
  const writes = new Map<string, { readonly key: Uint8Array; readonly value?: Uint8Array }>()
  const write = (key: Uint8Array, value: unknown) => {
    const name = nameOf(key)
    read.set(name, value)
    writes.set(name, {
      key,
      ...(value !== undefined && { value: bytesOf(value) }),
    })
  }
  return {
    async get<T>(key: Uint8Array) {
      const name = nameOf(key)
      if (!read.has(name)) {
        const entry = await meta.get(key)
        checks.set(name, { key, version: entry?.version ?? 0 })
        read.set(name, entry && JSON.parse(Buffer.from(entry.value).toString('utf8')))
      }
      return read.get(name) as T | undefined
    },
    put: write,
    remove: (key) => write(key, undefined),
    async commit() {
      if (writes.size === 0) return
      const puts: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      const removals: Uint8Array[] = []
      for (const { key, value } of writes.values()) {
        if (value) puts.push({ key, value })
        else removals.push(key)
      }
      await meta.commit({ checks: [...checks.values()], puts, removals })
    },
  }
}

const ATTEMPTS_MAX = 100

/** Makes the change anew until no other writer was in between. */
export async function commitDraft<T>(
  meta: MetaStore,
  change: (draft: Draft) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const draft = createDraft(meta)
    const result = await change(draft)
    try {
      await draft.commit()
      return result
    } catch (error) {
      const isConflict = error instanceof EngineError && error.kind === 'conflict'
      if (!isConflict || attempt >= ATTEMPTS_MAX) throw error
    }
  }
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value))
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
