import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { createScramUsers } from './scram-users.ts'

const one = { accountId: '111111111111', region: 'us-east-1' }
const two = { accountId: '222222222222', region: 'us-east-1' }

function setUp() {
  return createScramUsers({ meta: createMemoryMeta(), random: createSeededRandom(3) })
}

test('a user is found by name alone, and belongs to the account that made it', async () => {
  const users = setUp()
  expect(await users.setPassword(one, 'alice', 'secret', 'SCRAM-SHA-512')).toBe('changed')
  expect(await users.setPassword(one, 'alice', 'secret', 'SCRAM-SHA-256')).toBe('changed')
  const alice = await users.find('alice')
  expect(alice?.scope).toEqual(one)
  expect([...(alice?.credentials.keys() ?? [])]).toEqual(['SCRAM-SHA-512', 'SCRAM-SHA-256'])
  expect(await users.find('bob')).toBeUndefined()
})

test('the name of another account is taken until its user is gone', async () => {
  const users = setUp()
  await users.setPassword(one, 'alice', 'secret', 'SCRAM-SHA-512')
  expect(await users.setPassword(two, 'alice', 'other', 'SCRAM-SHA-512')).toBe('taken')
  expect((await users.find('alice'))?.scope).toEqual(one)
  await users.remove(one, 'alice')
  expect(await users.setPassword(two, 'alice', 'other', 'SCRAM-SHA-512')).toBe('changed')
  expect((await users.find('alice'))?.scope).toEqual(two)
})

test('a user without credentials is gone', async () => {
  const users = setUp()
  await users.setPassword(one, 'alice', 'secret', 'SCRAM-SHA-512')
  const remove = new Set(['SCRAM-SHA-512'] as const)
  expect(await users.change(one, 'alice', { put: new Map(), remove })).toBe('changed')
  expect(await users.find('alice')).toBeUndefined()
  expect(await users.list(one)).toEqual([])
})

test('the users of one account are removed, and those of others stay', async () => {
  const users = setUp()
  await users.setPassword(one, 'alice', 'secret', 'SCRAM-SHA-256')
  await users.setPassword(two, 'bob', 'secret', 'SCRAM-SHA-256')
  await users.removeEverything(one.accountId)
  expect(await users.find('alice')).toBeUndefined()
  expect((await users.find('bob'))?.scope).toEqual(two)
  await users.removeEverything()
  expect(await users.find('bob')).toBeUndefined()
})
