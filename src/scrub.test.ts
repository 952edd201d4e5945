import { expect, it } from 'vitest'
import { createScrub } from './scrub.ts'
import type { Bucket } from './services/s3/buckets/bucket.ts'
import { partKey, uploadEntryKey } from './services/s3/objects/upload-record.ts'

const bucket = (name: string): Bucket => ({
  accountId: '111122223333',
  region: 'us-east-1',
  name,
  createdMs: 0,
  storeId: `store-of-${name}`,
  state: 'open',
  tags: {},
  notificationRules: [],
})

/** Keys by bucket; each object has ten bytes, and those called `bad` are damaged. */
function scrubOf(
  held: Record<string, string[]>,
  sizes: { pageObjects: number; pageBytes?: number },
) {
  return createScrub({
    ...sizes,
    buckets: { list: async () => ['a', 'b', 'c'].filter((name) => held[name]).map(bucket) },
    objects: {
      async list({ bucket: store, after = '', limit }) {
        const keys = (held[store.slice('store-of-'.length)] ?? []).filter((key) => key > after)
        const entries = keys.slice(0, limit).map((key) => ({
          object: {
            key,
            sizeBytes: 10,
            modifiedMs: 0,
            revision: '1',
            attributes: { versionId: 'v' },
          },
        }))
        return { entries, truncated: keys.length > limit }
      },
      async verify({ key }) {
        if (key === 'gone') return undefined
        const isBad = key.split('\0')[0] === 'bad' || key.endsWith('/00007')
        return { ...(isBad && { damagedBytes: 4 }), uncheckedBytes: key === 'old' ? 10 : 0 }
      },
    },
  })
}

it.each([1, 2, 3, 100])('sees every object once in pages of %j', async (pageObjects) => {
  const kept = [`bad\0${'\x02'.repeat(48)}`, 'm\0']
  const uploadId = '0'.repeat(43)
  const held = {
    ...{ a: ['bad', 'gone', 'old', 'x/y'], b: [], 'a/versions': kept, c: ['bad', 'm'] },
    'c/uploads': [uploadEntryKey('large', `1${uploadId}`), uploadEntryKey('large', `2${uploadId}`)],
    'c/parts': [partKey(`2${uploadId}`, 6), partKey(`2${uploadId}`, 7)],
  }
  const scrub = scrubOf(held, { pageObjects })
  const pages = [await scrub('111122223333')]
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
    pages.push(await scrub('111122223333', next))
  }
  expect(pages.every(({ objects }) => objects <= pageObjects)).toBe(true)
  expect(pages.reduce((sum, { objects }) => sum + objects, 0)).toBe(9)
  expect(pages.reduce((sum, page) => sum + page.uncheckedBytes, 0)).toBe(10)
  expect(pages.flatMap(({ damaged }) => damaged)).toEqual([
    { bucket: 'a', key: 'bad', sizeBytes: 10, damagedBytes: 4 },
    { bucket: 'a', key: 'bad', versionId: 'v', sizeBytes: 10, damagedBytes: 4 },
    { bucket: 'c', key: 'bad', sizeBytes: 10, damagedBytes: 4 },
    {
      ...{ bucket: 'c', key: 'large', uploadId: `2${uploadId}`, partNumber: 7 },
      ...{ sizeBytes: 10, damagedBytes: 4 },
    },
  ])
})

it('ends a page behind the object that fills it with bytes', async () => {
  const scrub = scrubOf({ a: ['1', '2', '3'] }, { pageObjects: 100, pageBytes: 11 })
  expect(await scrub('111122223333')).toMatchObject({ objects: 2, next: expect.any(String) })
})

it('refuses a place that no page named', async () => {
  const scrub = scrubOf({ a: ['1'] }, { pageObjects: 100 })
  await expect(scrub('111122223333', 'nonsense')).rejects.toMatchObject({
    code: 'ValidationException',
  })
})
