import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const keys = ['a', 'a/b', 'a/c', 'a0', 'ä b', 'z/1', 'z/2']
let Bucket: string

beforeAll(async () => {
  Bucket = await newBucket(s3)
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  for (const [index, Key] of keys.entries()) {
    for (let version = 0; version < 3; version++) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: `${version}` }))
      if (version === 1) await s3.send(new DeleteObjectCommand({ Bucket, Key }))
    }
    if (index % 2 === 0) await s3.send(new DeleteObjectCommand({ Bucket, Key }))
  }
})

type Query = { readonly Prefix?: string; readonly Delimiter?: string }

async function names(query: Query, MaxKeys: number) {
  const found: string[] = []
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {}
  for (;;) {
    const page = await s3.send(
      new ListObjectVersionsCommand({ Bucket, ...query, ...markers, MaxKeys }),
    )
    const inPage = [
      ...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`),
      ...(page.DeleteMarkers ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId} marker`),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}`),
    ]
    expect(inPage.length).toBeLessThanOrEqual(MaxKeys)
    found.push(...inPage)
    if (!page.IsTruncated) return found
    expect(inPage).toHaveLength(MaxKeys)
    markers = {
      ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
      ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
    }
  }
}

test('pages of every size add up, with and without a delimiter and a prefix', async () => {
  const queries: Query[] = [
    {},
    { Delimiter: '/' },
    { Prefix: 'a' },
    { Prefix: 'a', Delimiter: '/' },
    { Prefix: 'z/', Delimiter: '/' },
    { Delimiter: '/b' },
  ]
  for (const query of queries) {
    const wanted = await names(query, 1_000)
    expect(new Set(wanted).size).toBe(wanted.length)
    for (const size of [1, 2, 3, 5]) {
      expect((await names(query, size)).sort(), JSON.stringify({ query, size })).toEqual(
        [...wanted].sort(),
      )
    }
  }
  // Three versions and a delete marker of each key, and another marker of every second one.
  expect(await names({}, 1_000)).toHaveLength(7 * 4 + 4)
})

test('versions of a key come from the newest on; each key has one that is the latest', async () => {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket }),
  )
  const order = Versions.map(({ Key }) => Key ?? '')
  const bytes = (text: string) => Buffer.from(text)
  expect(order).toEqual([...order].sort((a, b) => Buffer.compare(bytes(a), bytes(b))))
  const latest = [...Versions, ...DeleteMarkers].filter(({ IsLatest }) => IsLatest)
  expect(latest.map(({ Key }) => Key).sort()).toEqual([...keys].sort())
  for (const Key of keys) {
    const times = Versions.filter((one) => one.Key === Key).map(
      ({ LastModified }) => LastModified?.getTime() ?? 0,
    )
    expect(times).toEqual([...times].sort((a, b) => b - a))
  }
  expect(Versions[0]).toMatchObject({
    Size: 1,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: ['CRC32'],
    Owner: { ID: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
})

test('names are encoded on request, no entries are asked for, and markers are checked', async () => {
  const encoded = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: 'ä', EncodingType: 'url', MaxKeys: 1 }),
  )
  expect(encoded).toMatchObject({ Prefix: '%C3%A4', NextKeyMarker: '%C3%A4+b', MaxKeys: 1 })
  expect(encoded.DeleteMarkers?.[0]?.Key).toBe('%C3%A4+b')
  const none = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 0 }))
  expect(none).toMatchObject({ IsTruncated: false, MaxKeys: 0 })
  expect(none.Versions).toBeUndefined()
  const alone = s3.send(new ListObjectVersionsCommand({ Bucket, VersionIdMarker: 'null' }))
  expect(await errorOf(alone)).toMatchObject({
    name: 'InvalidArgument',
    message: 'A version-id marker cannot be specified without a key marker.',
  })
  const wrong = s3.send(
    new ListObjectVersionsCommand({ Bucket, KeyMarker: 'a', VersionIdMarker: 'wrong' }),
  )
  expect((await errorOf(wrong)).name).toBe('InvalidArgument')
})
