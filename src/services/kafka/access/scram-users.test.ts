import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { ScramUsers } from './scram-users.ts'
import { createScramUsers } from './scram-users.ts'

const one = { accountId: '111111111111', region: 'us-east-1' }
const two = { accountId: '222222222222', region: 'us-east-1' }

function setUp() {
  return createScramUsers({ meta: createMemoryMeta(), random: createSeededRandom(3) })
}

function setPassword(users: ScramUsers, scope: Scope) {
  return users.setPassword(scope, 'alice', 'secret', 'SCRAM-SHA-512')
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

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'of two accounts that want a name at once, one gets it: %i steps apart',
  async (steps) => {
    const memory = createMemoryMeta()
    let turn = 0
    // What the first account does may wait between any two of its steps while the second does all.
    let other: Promise<string> | undefined
    const between = async () => {
      if (turn++ === steps) {
        other = setPassword(createScramUsers({ meta: memory, random: createSeededRandom(4) }), two)
        await other
      }
    }
    const meta: MetaStore = {
      ...memory,
      get: (key) => between().then(() => memory.get(key)),
      scan: (range) => between().then(() => memory.scan(range)),
      commit: (batch) => between().then(() => memory.commit(batch)),
    }
    const users = createScramUsers({ meta, random: createSeededRandom(3) })
    const first = await setPassword(users, one)
    other ??= setPassword(users, two)
    const answers = [first, await other]
    expect([...answers].sort()).toEqual(['changed', 'taken'])
    expect((await users.find('alice'))?.scope).toEqual(first === 'changed' ? one : two)
    const listed = [await users.list(one), await users.list(two)]
    expect(listed.map(({ length }) => length)).toEqual(first === 'changed' ? [1, 0] : [0, 1])
  },
)

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
