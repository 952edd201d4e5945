import { EngineError } from '../../src/base/errors.ts'
import type { MetaEntry, MetaStore } from '../../src/engines/meta/port.ts'

/** A meta store in memory, for unit tests of nouns. Same checks, order and versions as a real one. */
export function createMemoryMeta(): MetaStore {
  const entries = new Map<string, MetaEntry>()
  let version = 0
  const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')
  return {
    capabilities: { shared: false },
    get: async (key) => entries.get(hex(key)),
    async scan({ prefix, after, limit, reverse }) {
      const start = hex(prefix)
      const behind = after && hex(after)
      const inOrder = [...entries.keys()].filter((key) => key.startsWith(start)).sort()
      if (reverse) inOrder.reverse()
      return inOrder
        .filter((key) => behind === undefined || (reverse ? key < behind : key > behind))
        .slice(0, limit)
        .flatMap((key) => entries.get(key) ?? [])
    },
    async commit({ checks = [], puts = [], removals = [] }) {
      for (const key of [...checks, ...puts].map((one) => one.key).concat(removals)) {
        if (key.length === 0 || key.length > 1_900) {
          throw new EngineError('invalid', 'a key has 1 to 1,900 bytes')
        }
      }
      for (const check of checks) {
        if ((entries.get(hex(check.key))?.version ?? 0) !== check.version) {
          throw new EngineError('conflict', 'a checked key has another version')
        }
      }
      version++
      for (const { key, value } of puts) {
        entries.set(hex(key), { key: Buffer.from(key), value: Buffer.from(value), version })
      }
      for (const key of removals) entries.delete(hex(key))
    },
    watch: () => undefined,
    close: async () => undefined,
  }
}
