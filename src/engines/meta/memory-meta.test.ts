import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { describeMetaStore } from './conformance.ts'

describeMetaStore({
  name: 'the store in memory of the unit tests',
  open: async () => createMemoryMeta(),
  reopen: async (store) => store,
})
