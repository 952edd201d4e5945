import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { WRAPPING_KEYS_MAX } from '../limits.ts'
import { createEncryptions } from './encryptions.ts'
import type { EncryptionWish } from './object-encryption.ts'
import { createWrappingKeys } from './wrapping-keys.ts'

const lake: Bucket = {
  name: 'lake',
  accountId: '000000000000',
  region: 'us-east-1',
  createdMs: 0,
  storeId: 'store-1',
  state: 'open',
  tags: {},
  notificationRules: [],
}
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab'
const wishes: ReadonlyArray<EncryptionWish> = [
  { algorithm: 'AES256' },
  { algorithm: 'aws:kms' },
  { algorithm: 'aws:kms', keyId, context: { team: 'fraud', a: 'b' } },
  { algorithm: 'aws:kms', keyId, bucketKey: true },
]

function open(meta = createMemoryMeta(), encryptsByDefault = false) {
  const random = createSeededRandom(3)
  const wrappingKeys = createWrappingKeys({ meta, random })
  return createEncryptions({ wrappingKeys, random, encryptsByDefault })
}

test.each(wishes)('the data key of %o comes back, after a restart too', async (wish) => {
  const meta = createMemoryMeta()
  const made = await open(meta).begin(lake, 'k', wish)
  expect(await open(meta).keyOf(lake, 'k', made?.kept, {})).toEqual(made?.dataKey)
  expect(JSON.stringify(made?.kept)).not.toContain(made?.dataKey.toString('base64'))
})

test.each(wishes)(
  'the data key of %o opens for its own object and as what it is only',
  async (wish) => {
    const encryptions = open()
    const made = await encryptions.begin(lake, 'k', wish)
    const other = { ...lake, storeId: 'store-2' }
    await expect(encryptions.keyOf(other, 'k', made?.kept, {})).rejects.toThrow('data key')
    await expect(encryptions.keyOf(lake, 'k2', made?.kept, {})).rejects.toThrow('data key')
    if (made?.kept.kind !== 'aws:kms') return
    const changed = [
      { ...made.kept, context: { team: 'other' } },
      { ...made.kept, keyArn: made.kept.keyArn.replace('us-east-1', 'us-east-2') },
    ]
    for (const kept of changed) {
      await expect(encryptions.keyOf(lake, 'k', kept, {})).rejects.toThrow('data key')
    }
  },
)

test('no two objects have one data key', async () => {
  const encryptions = open()
  const keys = new Set<string>()
  for (const wish of wishes) {
    for (let times = 0; times < 10; times++) {
      const made = await encryptions.begin(lake, 'k', wish)
      keys.add(made?.dataKey.toString('hex') ?? '')
    }
  }
  expect(keys.size).toBe(wishes.length * 10)
})

test('the bucket says what the caller leaves open, and the server what the bucket does', async () => {
  const kind = async (bucket: Bucket, encryptsByDefault: boolean, wish?: EncryptionWish) =>
    (await open(createMemoryMeta(), encryptsByDefault).begin(bucket, 'k', wish))?.kept.kind
  const kms = { ...lake, encryption: { algorithm: 'aws:kms' as const } }
  expect(await kind(lake, false)).toBeUndefined()
  expect(await kind(lake, true)).toBe('AES256')
  expect(await kind(kms, false)).toBe('aws:kms')
  expect(await kind(kms, true)).toBe('aws:kms')
  expect(await kind(kms, true, { algorithm: 'AES256' })).toBe('AES256')
})

test('keys of KMS beyond those in memory are found again', async () => {
  const encryptions = open()
  const keyOf = (index: number) => `${String(index).padStart(8, '0')}${keyId.slice(8)}`
  const first = await encryptions.begin(lake, 'k', { algorithm: 'aws:kms', keyId: keyOf(0) })
  for (let index = 1; index <= WRAPPING_KEYS_MAX; index++) {
    await encryptions.begin(lake, 'k', { algorithm: 'aws:kms', keyId: keyOf(index) })
  }
  expect(await encryptions.keyOf(lake, 'k', first?.kept, {})).toEqual(first?.dataKey)
})

test('KMS serves who signs by version 4, and the account that the key is of', async () => {
  const encryptions = open()
  const made = await encryptions.begin(lake, 'k', { algorithm: 'aws:kms' })
  const reads = (arn: string, isSigned: boolean) =>
    encryptions.keyOf(lake, 'k', made?.kept, { caller: { arn, isSigned } })
  expect(await reads('arn:aws:iam::000000000000:user/a', true)).toEqual(made?.dataKey)
  await expect(reads('arn:aws:iam::000000000000:user/a', false)).rejects.toMatchObject({
    code: 'InvalidArgument',
  })
  await expect(reads('', false)).rejects.toMatchObject({ code: 'InvalidArgument' })
  await expect(reads('arn:aws:iam::111111111111:user/a', true)).rejects.toMatchObject({
    code: 'AccessDenied',
  })
})
