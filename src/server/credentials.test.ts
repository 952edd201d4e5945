import { describe, expect, test } from 'vitest'
import { createMemoryMeta } from '../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../base/random.ts'
import { accountOfAccessKeyId } from '../services/sts/access-key-id.ts'
import { checkExposure } from './credentials.ts'
import { createKeys } from './keys.ts'

function setUp() {
  const { clock } = createVirtualClock()
  return createKeys({ meta: createMemoryMeta(), clock, random: createSeededRandom(1) })
}

const owner = { accountId: '123456789012', userName: 'ada' }

describe('configured keys', () => {
  test('are made, listed without their secret, found and removed', async () => {
    const keys = setUp()
    const made = await keys.add(owner)
    expect(made.secretAccessKey).toHaveLength(40)
    expect(accountOfAccessKeyId(made.accessKeyId)).toBe(owner.accountId)
    const { secretAccessKey: _, ...shown } = made
    expect(await keys.list()).toEqual([shown])
    expect(await keys.find(made.accessKeyId)).toEqual(made)
    expect(await keys.remove(made.accessKeyId)).toBe(true)
    expect(await keys.remove(made.accessKeyId)).toBe(false)
    expect(await keys.find(made.accessKeyId)).toBeUndefined()
  })

  test('may be given, but not twice, not weak, and not like a well-known or session key', async () => {
    const keys = setUp()
    const secretAccessKey = 'long enough'
    const add = (accessKeyId: string, secret = secretAccessKey) =>
      keys.add({ ...owner, accessKeyId, secretAccessKey: secret })
    expect(await add('MYKEY')).toMatchObject({ accessKeyId: 'MYKEY', secretAccessKey })
    await expect(add('MYKEY')).rejects.toThrow(/already there/)
    await expect(add('OTHER', 'short')).rejects.toThrow(/8 characters/)
    for (const id of ['test', '123456789012', 'ASIAQNZGKIQY56JQ7WML', 'a/b', 'x']) {
      await expect(add(id)).rejects.toThrow(/cannot be the id/)
    }
    await expect(keys.add({ ...owner, accountId: '12' })).rejects.toThrow(/12 digits/)
    await expect(keys.add({ ...owner, userName: 'a/b' })).rejects.toThrow(/user name/)
  })
})

describe('listening', () => {
  const config = (host: string, auth: 'verify' | 'open' = 'verify', account = '000000000000') => ({
    host,
    auth,
    account,
  })

  test('on loopback needs no keys', async () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) {
      await checkExposure(config(host), setUp())
      await checkExposure(config(host, 'open'), setUp())
    }
  })

  test('beyond loopback needs a configured key, and never takes keys unverified', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'headrace.example']) {
      const keys = setUp()
      await expect(checkExposure(config(host), keys)).rejects.toThrow(/keys add/)
      await keys.add(owner)
      await checkExposure(config(host), keys)
      await expect(checkExposure(config(host, 'open'), keys)).rejects.toThrow(/loopback only/)
    }
  })

  test('with an account that is no account number is refused', async () => {
    await expect(checkExposure(config('127.0.0.1', 'verify', '12'), setUp())).rejects.toThrow(
      /--account/,
    )
  })
})
