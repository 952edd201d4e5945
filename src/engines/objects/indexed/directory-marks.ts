import { EngineError } from '../../../base/errors.ts'
import { decodeKey, encodeKey } from '../../../base/ordered-key.ts'
import type { MetaStore } from '../../meta/port.ts'
import type { Changes } from './object-index.ts'

const DIRECTORY = 'objects/directory'
const OPEN = Buffer.from('1')
const SEALED = Buffer.from('2')

/** The marks of directories that may hold pieces which never came to belong to anything. */
export function createDirectoryMarks(meta: MetaStore) {
  return {
    openDirectory: (name: string) =>
      meta.commit({ puts: [{ key: encodeKey([DIRECTORY, name]), value: OPEN }] }),

    /**
     * Adds that the directory still is open. Rejects with `unavailable` when it is not: what was made
     * in it may be gone.
     */
    async checkDirectory(changes: Changes, name: string): Promise<void> {
      const key = encodeKey([DIRECTORY, name])
      const entry = await meta.get(key)
      if (!entry || !OPEN.equals(entry.value)) {
        throw new EngineError(
          'unavailable',
          `directory ${name} was swept before its piece was done`,
        )
      }
      changes.checks.push({ key, version: entry.version })
    },

    /** From now on no piece in it comes to belong to anything. */
    sealDirectory: (name: string) =>
      meta.commit({ puts: [{ key: encodeKey([DIRECTORY, name]), value: SEALED }] }),

    closeDirectory: (name: string) => meta.commit({ removals: [encodeKey([DIRECTORY, name])] }),

    async openDirectories(): Promise<ReadonlyArray<string>> {
      const prefix = encodeKey([DIRECTORY])
      const entries = await meta.scan({ prefix, limit: 100_000 })
      return entries.map(({ key }) => String(decodeKey(key)[1]))
    },
  }
}
