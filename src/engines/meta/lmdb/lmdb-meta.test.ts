import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeMetaStore } from '../conformance.ts'
import type { MetaStore } from '../port.ts'
import { openLmdbMeta } from './lmdb-meta.ts'

let home: string
const directories = new Map<MetaStore, string>()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headrace-meta-'))
})
afterAll(() => rm(home, { recursive: true }))

async function openIn(directory: string): Promise<MetaStore> {
  const store = await openLmdbMeta({ directory })
  directories.set(store, directory)
  return store
}

describeMetaStore({
  name: 'lmdb',
  open: async () => openIn(await mkdtemp(join(home, 'store-'))),
  async reopen(store) {
    await store.close()
    return openIn(directories.get(store) ?? '')
  },
})
