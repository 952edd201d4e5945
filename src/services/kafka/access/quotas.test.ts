import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { accessLimits } from './limits.ts'
import { createQuotaRules } from './quota.ts'
import { createQuotas } from './quotas.ts'

const scope = { accountId: '111111111111', region: 'us-east-1' }
const alice = { ...scope, principal: 'User:alice' }

test('the most special quota holds, and is counted for those who share it', () => {
  const entities = [
    { user: 'alice', clientId: 'a' },
    { user: 'alice', clientId: null },
    { user: 'alice' },
    { user: null, clientId: 'a' },
    { user: null, clientId: null },
    { user: null },
    { clientId: 'a' },
    { clientId: null },
  ]
  for (const [index] of entities.entries()) {
    const rest = entities.slice(index).map((entity, at) => ({
      entity,
      rates: { producer_byte_rate: index + at + 1 },
    }))
    const found = createQuotaRules(rest).find('alice', 'a', 'producer_byte_rate')
    expect(found?.bytesPerSecond).toBe(index + 1)
  }
  const ofUser = createQuotaRules([{ entity: { user: null }, rates: { consumer_byte_rate: 1 } }])
  const account = (user: string, client: string) =>
    ofUser.find(user, client, 'consumer_byte_rate')?.account
  expect(account('alice', 'a')).toBe(account('alice', 'b'))
  expect(account('alice', 'a')).not.toBe(account('bob', 'a'))
  expect(ofUser.find('alice', 'a', 'producer_byte_rate')).toBeUndefined()
})

test('who uses more than the quota is silent until it is paid', async () => {
  const { clock, advance } = createVirtualClock()
  const quotas = createQuotas({ meta: createMemoryMeta(), clock })
  await quotas.hold(scope)
  const charge = (bytes: number) => quotas.charge(alice, 'app', 'producer_byte_rate', bytes)
  expect(charge(1e9)).toBe(0)
  await quotas.change(scope, { user: 'alice' }, { producer_byte_rate: 1000 })
  await advance(10_000)
  expect(charge(1000)).toBe(0)
  expect(charge(500)).toBe(500)
  await advance(500)
  expect(charge(250)).toBe(250)
  await advance(10_000)
  expect(charge(1000)).toBe(0)
  expect(charge(1e9)).toBe(accessLimits.throttleMsMax)
  await quotas.change(scope, { user: 'alice' }, { producer_byte_rate: null })
  expect(charge(1e9)).toBe(0)
  expect(await quotas.list(scope)).toEqual([])
})

test('a quota that is changed while it is held holds at once; others are read when they are', async () => {
  const { clock } = createVirtualClock()
  const quotas = createQuotas({ meta: createMemoryMeta(), clock })
  await quotas.change(scope, { clientId: null }, { producer_byte_rate: 1, consumer_byte_rate: 2 })
  expect(quotas.charge(alice, 'app', 'producer_byte_rate', 5000)).toBe(0)
  const release = await quotas.hold(scope)
  expect(quotas.charge(alice, 'app', 'producer_byte_rate', 3)).toBeGreaterThan(0)
  expect(await quotas.list(scope)).toEqual([
    { entity: { clientId: null }, rates: { producer_byte_rate: 1, consumer_byte_rate: 2 } },
  ])
  release()
  expect(quotas.charge(alice, 'app', 'producer_byte_rate', 5000)).toBe(0)
})
