import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { ConnectionAuth } from './connection.ts'
import { createConnections } from './connections.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const extras = { headers: [], query: [], body: [] }
const basic: ConnectionAuth = {
  credentials: { type: 'BASIC', username: 'me', password: 'open sesame' },
  extras,
}
const oauth: ConnectionAuth = {
  credentials: {
    ...{ type: 'OAUTH_CLIENT_CREDENTIALS', clientId: 'c', clientSecret: 'open sesame', extras },
    ...{ endpoint: 'http://127.0.0.1:1/token', method: 'POST' },
  },
  extras,
}

function setUp() {
  const meta = createMemoryMeta()
  const { clock } = createVirtualClock()
  return { meta, connections: createConnections({ meta, clock, random: createSeededRandom(5) }) }
}

test('a secret is given back to who sends it, and lies nowhere in the store', async () => {
  const { meta, connections } = setUp()
  const connection = await connections.create(scope, { name: 'shop', auth: basic })
  expect(await connections.authOf(scope, connection)).toEqual(basic)
  const entries = await meta.scan({ prefix: new Uint8Array(), limit: 1_000 })
  expect(entries.length).toBeGreaterThan(1)
  const stored = entries.map(({ value }) => Buffer.from(value).toString('latin1')).join()
  expect(stored).not.toContain('sesame')
  const changed = Buffer.from(connection.sealed ?? '', 'base64')
  changed[20] = (changed[20] ?? 0) ^ 1
  const forged = { ...connection, sealed: changed.toString('base64') }
  await expect(connections.authOf(scope, forged)).rejects.toThrow()
  const elsewhere = { ...scope, accountId: '999999999999' }
  await expect(connections.authOf(elsewhere, connection)).rejects.toThrow()
})

test('what became of old credentials says nothing of new ones', async () => {
  const { connections } = setUp()
  const first = await connections.create(scope, { name: 'shop', auth: oauth })
  expect(first.state).toBe('AUTHORIZING')
  await connections.update(scope, 'shop', { auth: () => basic })
  await connections.conclude(scope, first, 'no such client')
  expect(await connections.get(scope, 'shop')).toMatchObject({ state: 'AUTHORIZED', type: 'BASIC' })
  const second = await connections.get(scope, 'shop')
  await connections.conclude(scope, second, 'The endpoint answered 401.')
  expect(await connections.get(scope, 'shop')).toMatchObject({
    state: 'DEAUTHORIZED',
    stateReason: 'The endpoint answered 401.',
  })
  await connections.deauthorize(scope, 'shop')
  expect(await connections.authOf(scope, await connections.get(scope, 'shop'))).toBeUndefined()
})
