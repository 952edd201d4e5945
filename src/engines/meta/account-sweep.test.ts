import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import { accountsOf, sweepAccount } from './account-sweep.ts'
import { createDocuments } from './documents.ts'

test('an account goes from every collection, and only that account', async () => {
  const meta = createMemoryMeta()
  const kept = (collection: string) => collection === 'server/key'
  for (const collection of ['a/x', 'a/xy', 'b/z', 'server/key']) {
    const documents = createDocuments<number>(meta, collection)
    for (const accountId of ['111111111111', '222222222222']) {
      for (const region of ['eu', 'us']) {
        for (const id of ['1', '2']) await documents.put({ accountId, region }, [id], 1)
      }
    }
  }
  // Collections that are kept may have keys that go on with bytes of their own.
  const odd = Buffer.concat([encodeKey(['server/key', 'x']), Buffer.from('plain bytes')])
  await meta.commit({ puts: [{ key: odd, value: Buffer.from('1') }] })
  expect([...(await accountsOf(meta, kept))]).toEqual(['111111111111', '222222222222'])
  await sweepAccount(meta, '111111111111', kept)
  expect([...(await accountsOf(meta, kept))]).toEqual(['222222222222'])
  expect([...(await accountsOf(meta, () => false))].sort()).toEqual([
    '111111111111',
    '222222222222',
    'x',
  ])
  const left = createDocuments<number>(meta, 'a/x')
  expect((await left.list({ accountId: '222222222222', region: 'eu' }, { limit: 10 })).length).toBe(
    2,
  )
})
