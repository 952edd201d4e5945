import {
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
let Bucket: string
const keys = [
  'a',
  'b c/1&2',
  'b+c/x',
  'year=2026/month=01/1',
  'year=2026/month=01/2',
  'year=2026/month=02/1',
  'year=2027/x',
  'zzz\u{1f600}',
  'ﬁ',
].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))

beforeAll(async () => {
  Bucket = await newBucket()
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))))
})

test('objects are listed in byte order with size, time, ETag and checksum', async () => {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual(keys)
  expect(listed).toMatchObject({
    Name: Bucket,
    KeyCount: keys.length,
    MaxKeys: 1_000,
    IsTruncated: false,
  })
  expect(listed.Contents?.[0]).toMatchObject({
    Size: 1,
    StorageClass: 'STANDARD',
    ETag: '"0cc175b9c0f1b6a831c399e269772661"',
    ChecksumAlgorithm: ['CRC32'],
    ChecksumType: 'FULL_OBJECT',
  })
  expect(listed.Contents?.[0]?.Owner).toBeUndefined()
  const withOwner = await s3.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }))
  expect(withOwner.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/)
})

test('pages of every size add up, with and without a delimiter', async () => {
  for (const Delimiter of [undefined, '/', '=', '/month']) {
    const wanted = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter }))
    const names = (page: typeof wanted) => [
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
    ]
    for (const pageSize of [1, 2, 3, 100]) {
      const found: string[] = []
      for await (const page of paginateListObjectsV2(
        { client: s3, pageSize },
        { Bucket, Delimiter },
      )) {
        expect(page.KeyCount).toBe(names(page).length)
        expect(names(page).length).toBeLessThanOrEqual(pageSize)
        found.push(...names(page))
      }
      expect(found.sort(), `${Delimiter} by ${pageSize}`).toEqual(names(wanted).sort())
    }
  }
})

test('a level shows common prefixes and the objects directly in it', async () => {
  const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))
  expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual([
    'b c/',
    'b+c/',
    'year=2026/',
    'year=2027/',
  ])
  const level = await s3.send(
    new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'year=2026/month=01/' }),
  )
  expect(level.Contents?.map(({ Key }) => Key)).toEqual([
    'year=2026/month=01/1',
    'year=2026/month=01/2',
  ])
  expect(level.CommonPrefixes).toBeUndefined()
})

test('a listing begins behind a key', async () => {
  const StartAfter = 'year=2026/month=01/2'
  const behind = await s3.send(new ListObjectsV2Command({ Bucket, StartAfter }))
  expect(behind.Contents?.map(({ Key }) => Key)).toEqual(
    keys.filter((_, index) => index > keys.indexOf(StartAfter)),
  )
  expect(behind.StartAfter).toBe(StartAfter)
  const Marker = 'year=2026/'
  const marked = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker }))
  expect(marked.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['year=2027/'])
  expect(marked.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/)
})

test('the first version of the listing pages by marker', async () => {
  const first = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: '/' }))
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b c/' })
  const Marker = first.NextMarker
  const second = await s3.send(
    new ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: '/', Marker }),
  )
  expect(second.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b+c/', 'year=2026/'])
  const plain = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }))
  expect(plain.NextMarker).toBeUndefined()
})

test('names come percent-encoded when asked for', async () => {
  const listed = await s3.send(
    new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'b', Delimiter: '/' }),
  )
  expect(listed.EncodingType).toBe('url')
  expect(listed.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b+c/', 'b%2Bc/'])
})

test('limits: none, more than a thousand, less than nothing, a foreign token', async () => {
  const none = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))
  expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false })
  expect((await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5_000 }))).MaxKeys).toBe(1_000)
  const negative = s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }))
  expect((await errorOf(negative)).name).toBe('InvalidArgument')
  const foreign = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'garbage' }))
  expect(await errorOf(foreign)).toMatchObject({
    name: 'InvalidArgument',
    message: 'The continuation token provided is incorrect',
  })
})
