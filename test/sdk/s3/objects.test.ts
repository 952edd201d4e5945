import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ChecksumAlgorithm } from '@aws-sdk/client-s3'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { bodyOf, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')

function bytesOf(size: number): Buffer {
  return Buffer.from(
    Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 255),
  )
}

test('an object comes back with its bytes, headers and metadata, inline and as a file', async () => {
  const Bucket = await newBucket()
  for (const size of [0, 1, 32_768, 32_769, 3_000_000]) {
    const Body = bytesOf(size)
    const Key = `size=${size}/part-0.bin`
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body,
        ContentType: 'application/x-test',
        CacheControl: 'no-cache',
        ContentDisposition: 'attachment; filename="a.bin"',
        ContentEncoding: 'identity',
        ContentLanguage: 'de',
        Expires: new Date(Date.UTC(2030, 0, 1)),
        Metadata: { purpose: 'a test', Camel: 'Case' },
        StorageClass: 'STANDARD_IA',
      }),
    )
    expect(put.ETag).toBe(`"${md5(Body)}"`)
    expect(put.ChecksumType).toBe('FULL_OBJECT')
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    expect((await bodyOf(got)).equals(Body)).toBe(true)
    expect(got).toMatchObject({
      ContentLength: size,
      ETag: put.ETag,
      ContentType: 'application/x-test',
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment; filename="a.bin"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      ExpiresString: 'Tue, 01 Jan 2030 00:00:00 GMT',
      Metadata: { purpose: 'a test', camel: 'Case' },
      StorageClass: 'STANDARD_IA',
      AcceptRanges: 'bytes',
    })
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head).toMatchObject({
      ContentLength: size,
      ETag: put.ETag,
      LastModified: got.LastModified,
    })
  }
})

test('an absent object is told by code and key, also to HEAD', async () => {
  const Bucket = await newBucket()
  const error = await errorOf(s3.send(new GetObjectCommand({ Bucket, Key: 'no/such key' })))
  expect(error).toMatchObject({
    name: 'NoSuchKey',
    Key: 'no/such key',
    $metadata: { httpStatusCode: 404 },
  })
  const head = await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })))
  expect(head.$metadata.httpStatusCode).toBe(404)
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'no' }))
})

test('keys of all characters and up to 1,024 bytes are kept; one byte more is refused', async () => {
  const Bucket = await newBucket()
  const keys = [
    'ä ö/ü+%&?=#.txt',
    'dir//double/../dots/./x',
    'quote\'"<>&',
    '日本語/\u{1f600}',
    ' leading and trailing ',
    'slash/',
    'tab\tline\nend',
    'a'.repeat(1_024),
    'ü'.repeat(512),
  ]
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
  for (const Key of keys) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
    expect((await bodyOf(got)).toString(), Key).toBe(Key)
  }
  for (const Key of ['a'.repeat(1_025), 'ü'.repeat(513)]) {
    const error = await errorOf(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })))
    expect(error.name).toBe('KeyTooLongError')
  }
})

test('ranges give their bytes with 206; what is beyond the object is 416', async () => {
  const Bucket = await newBucket()
  for (const size of [10, 100_000]) {
    const Body = bytesOf(size)
    const Key = `k${size}`
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
    const ranges: [string, number, number][] = [
      ['bytes=0-4', 0, 4],
      ['bytes=5-', 5, size - 1],
      ['bytes=-3', size - 3, size - 1],
      [`bytes=2-${size + 50}`, 2, size - 1],
      [`bytes=-${size + 50}`, 0, size - 1],
    ]
    for (const [Range, first, last] of ranges) {
      const wanted = Body.subarray(first, last + 1)
      const got = await s3.send(new GetObjectCommand({ Bucket, Key, Range }))
      expect(got.$metadata.httpStatusCode, Range).toBe(206)
      expect((await bodyOf(got)).equals(wanted), Range).toBe(true)
      expect(got.ContentRange).toBe(`bytes ${first}-${last}/${size}`)
    }
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=3-1' }))
    expect(whole.$metadata.httpStatusCode).toBe(200)
    const beyond = await errorOf(
      s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${size}-` })),
    )
    expect(beyond).toMatchObject({
      name: 'InvalidRange',
      ActualObjectSize: String(size),
      $metadata: { httpStatusCode: 416 },
    })
  }
})

test('reads can be made conditional', async () => {
  const Bucket = await newBucket()
  const Key = 'k'
  const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  const past = new Date(Date.now() - 3_600_000)
  const future = new Date(Date.now() + 3_600_000)
  const get = (conditions: object) => s3.send(new GetObjectCommand({ Bucket, Key, ...conditions }))
  for (const holds of [
    { IfMatch: ETag },
    { IfNoneMatch: '"other"' },
    { IfModifiedSince: past },
    { IfUnmodifiedSince: future },
    { IfMatch: ETag, IfUnmodifiedSince: past },
    { IfNoneMatch: '"other"', IfModifiedSince: future },
  ]) {
    expect((await bodyOf(await get(holds))).toString()).toBe('x')
  }
  for (const failing of [{ IfMatch: '"other"' }, { IfUnmodifiedSince: past }]) {
    expect((await errorOf(get(failing))).$metadata.httpStatusCode).toBe(412)
  }
  for (const unmodified of [{ IfNoneMatch: ETag }, { IfModifiedSince: future }]) {
    expect((await errorOf(get(unmodified))).$metadata.httpStatusCode).toBe(304)
  }
})

test('writes can be made conditional: one of many creators wins, a stale writer loses', async () => {
  const Bucket = await newBucket()
  const put = (Body: string, conditions: object) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...conditions }))
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => put(String(index), { IfNoneMatch: '*' })),
  )
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await errorOf(put('x', { IfNoneMatch: '*' }))).toMatchObject({
    name: 'PreconditionFailed',
    Condition: 'If-None-Match',
  })
  const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
  const next = await put('next', { IfMatch: ETag })
  expect((await errorOf(put('stale', { IfMatch: ETag }))).name).toBe('PreconditionFailed')
  const absent = s3.send(new PutObjectCommand({ Bucket, Key: 'absent', Body: 'x', IfMatch: ETag }))
  expect((await errorOf(absent)).name).toBe('NoSuchKey')
  const some = put('x', { IfNoneMatch: ETag })
  expect((await errorOf(some)).name).toBe('NotImplemented')
  const stale = s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }))
  expect((await errorOf(stale)).name).toBe('PreconditionFailed')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: next.ETag }))
})

test('answers can be given other headers', async () => {
  const Bucket = await newBucket()
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentType: 'a/b' }))
  const got = await s3.send(
    new GetObjectCommand({
      Bucket,
      Key: 'k',
      ResponseContentType: 'text/plain',
      ResponseContentDisposition: 'inline',
      ResponseCacheControl: 'max-age=1',
    }),
  )
  expect(got).toMatchObject({
    ContentType: 'text/plain',
    ContentDisposition: 'inline',
    CacheControl: 'max-age=1',
  })
  const plain = await s3.send(new PutObjectCommand({ Bucket, Key: 'untyped' }))
  expect(plain.ETag).toBe(`"${md5('')}"`)
})

test('every checksum is compared, kept and given back', async () => {
  const Bucket = await newBucket()
  const Body = bytesOf(70_000)
  const algorithms: ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']
  for (const ChecksumAlgorithm of algorithms) {
    const member = `Checksum${ChecksumAlgorithm}` as const
    const Key = ChecksumAlgorithm
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumAlgorithm }))
    const value = put[member as 'ChecksumCRC32']
    expect(value, ChecksumAlgorithm).toBeTruthy()
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(got[member as 'ChecksumCRC32']).toBe(value)
    expect((await bodyOf(got)).equals(Body)).toBe(true)
    const wrong = Buffer.alloc(Buffer.from(value ?? '', 'base64').length, 7).toString('base64')
    const bad = s3.send(new PutObjectCommand({ Bucket, Key: 'bad', Body, [member]: wrong }))
    expect(await errorOf(bad)).toMatchObject({
      name: 'BadDigest',
      message: `The ${ChecksumAlgorithm} you specified did not match the calculated checksum.`,
    })
  }
  const ContentMD5 = createHash('md5').update('other').digest('base64')
  const bad = await errorOf(s3.send(new PutObjectCommand({ Bucket, Key: 'bad', Body, ContentMD5 })))
  expect(bad.name).toBe('BadDigest')
  expect(
    (await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'bad' })))).$metadata
      .httpStatusCode,
  ).toBe(404)
  const right = createHash('md5').update(Body).digest('base64')
  const good = await s3.send(new PutObjectCommand({ Bucket, Key: 'good', Body, ContentMD5: right }))
  expect(good.ETag).toBe(`"${md5(Body)}"`)
})

test('a stream of known length is taken as it comes', async () => {
  const Bucket = await newBucket()
  const chunk = bytesOf(65_536)
  const Body = Readable.from(Array.from({ length: 80 }, () => chunk))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 80 * chunk.length }))
  const got = await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))
  expect(got.equals(Buffer.concat(Array.from({ length: 80 }, () => chunk)))).toBe(true)
})

test('tags are given with the object or after it, counted and removed', async () => {
  const Bucket = await newBucket()
  const Key = 'k'
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'stage=raw&owner=a%20b' }))
  const first = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))
  expect(first.TagSet).toEqual([
    { Key: 'stage', Value: 'raw' },
    { Key: 'owner', Value: 'a b' },
  ])
  expect((await s3.send(new GetObjectCommand({ Bucket, Key }))).TagCount).toBe(2)
  const TagSet = [{ Key: 'stage', Value: 'clean' }]
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }))
  expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual(TagSet)
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }))
  expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual([])
  expect((await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key })))).toString()).toBe('x')
  const eleven = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
  const many = s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: eleven } }))
  expect((await errorOf(many)).message).toContain('10')
  const system = [{ Key: 'aws:x', Value: '' }]
  const reserved = s3.send(
    new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: system } }),
  )
  expect((await errorOf(reserved)).name).toBe('InvalidTag')
  const absent = s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'no', Tagging: { TagSet } }))
  expect((await errorOf(absent)).name).toBe('NoSuchKey')
})

test('a copy takes over headers, metadata and tags, or gets others', async () => {
  const Bucket = await newBucket()
  const other = await newBucket()
  const Body = bytesOf(40_000)
  const Key = 'source ä/+.bin'
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body,
      ContentType: 'a/b',
      Metadata: { a: '1' },
      Tagging: 't=1',
    }),
  )
  const CopySource = `${Bucket}/${encodeURIComponent(Key)}`
  const copied = await s3.send(new CopyObjectCommand({ Bucket: other, Key: 'copy', CopySource }))
  expect(copied.CopyObjectResult?.ETag).toBe(put.ETag)
  const copy = await s3.send(new GetObjectCommand({ Bucket: other, Key: 'copy' }))
  expect((await bodyOf(copy)).equals(Body)).toBe(true)
  expect(copy).toMatchObject({ ContentType: 'a/b', Metadata: { a: '1' }, TagCount: 1 })
  await s3.send(
    new CopyObjectCommand({
      Bucket: other,
      Key: 'replaced',
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
      TaggingDirective: 'REPLACE',
      Tagging: 'u=2',
    }),
  )
  const replaced = await s3.send(new GetObjectCommand({ Bucket: other, Key: 'replaced' }))
  expect(replaced).toMatchObject({ ContentType: 'binary/octet-stream', Metadata: { b: '2' } })
  const onto = (more: object) =>
    s3.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }))
  expect((await errorOf(onto({}))).message).toContain('This copy request is illegal')
  await onto({ MetadataDirective: 'REPLACE', Metadata: { c: '3' } })
  const itself = await s3.send(new GetObjectCommand({ Bucket, Key }))
  expect((await bodyOf(itself)).equals(Body)).toBe(true)
  expect(itself.Metadata).toEqual({ c: '3' })
})

test('a copy can be made conditional, and its source has to be there', async () => {
  const Bucket = await newBucket()
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const copy = (more: object, source = 'k') =>
    s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `/${Bucket}/${source}`, ...more }),
    )
  await copy({ CopySourceIfMatch: ETag })
  for (const failing of [{ CopySourceIfMatch: '"o"' }, { CopySourceIfNoneMatch: ETag }]) {
    expect((await errorOf(copy(failing))).name).toBe('PreconditionFailed')
  }
  expect((await errorOf(copy({}, 'absent'))).name).toBe('NoSuchKey')
  expect((await errorOf(copy({ IfNoneMatch: '*' }))).name).toBe('PreconditionFailed')
})

test('a thousand objects are deleted in one request, absent ones with them', async () => {
  const Bucket = await newBucket()
  const keys = Array.from({ length: 1_000 }, (_, index) => `k/${index}&<`)
  const some = keys.slice(0, 200)
  await Promise.all(some.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))))
  const remove = (names: ReadonlyArray<string>, Quiet: boolean) =>
    s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Quiet, Objects: names.map((Key) => ({ Key })) },
      }),
    )
  const removed = await remove(keys, false)
  expect(removed.Deleted?.map(({ Key }) => Key)).toEqual(keys)
  expect(removed.Errors).toBeUndefined()
  expect((await remove(some, true)).Deleted).toBeUndefined()
  expect((await errorOf(remove([...keys, 'one more'], true))).name).toBe('MalformedXML')
  const stale = { Key: 'x', ETag: '"no"' }
  const conditional = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [stale, { Key: 'y' }] } }),
  )
  expect(conditional.Errors).toMatchObject([{ Key: 'x', Code: 'NoSuchKey' }])
  expect(conditional.Deleted).toEqual([{ Key: 'y' }])
})

test('attributes tell what was asked for', async () => {
  const Bucket = await newBucket()
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ChecksumAlgorithm: 'SHA256' }))
  const attributes = await s3.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key: 'k',
      ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass', 'ObjectParts'],
    }),
  )
  expect(attributes).toMatchObject({
    ETag: md5('x'),
    ObjectSize: 1,
    StorageClass: 'STANDARD',
    Checksum: {
      ChecksumType: 'FULL_OBJECT',
      ChecksumSHA256: createHash('sha256').update('x').digest('base64'),
    },
  })
  const few = await s3.send(
    new GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes: ['ObjectSize'] }),
  )
  expect(few.ETag).toBeUndefined()
  const acl = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'k' }))
  expect(acl.Grants?.[0]?.Permission).toBe('FULL_CONTROL')
})

test('what objects cannot have yet is refused by name, and nothing is stored', async () => {
  const Bucket = await newBucket()
  const put = (more: object) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }))
  const refused = [
    { ServerSideEncryption: 'aws:kms:dsse' },
    { StorageClass: 'OUTPOSTS' },
    { ObjectLockEventHold: 'ON' },
  ]
  for (const more of refused) {
    expect(await errorOf(put(more)), JSON.stringify(more)).toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    })
  }
  expect((await errorOf(put({ ACL: 'public-read' }))).name).toBe('AccessControlListNotSupported')
  expect((await errorOf(put({ StorageClass: 'FAKE' }))).name).toBe('InvalidStorageClass')
  const Metadata = { a: 'x'.repeat(2_048) }
  expect((await errorOf(put({ Metadata }))).name).toBe('MetadataTooLarge')
  expect(
    (await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).$metadata.httpStatusCode,
  ).toBe(404)
  await put({ ACL: 'bucket-owner-full-control' })
  const version = s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'abc' }))
  expect((await errorOf(version)).name).toBe('InvalidArgument')
  await s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'null' }))
})

test('the mode of checksums is understood in small letters, as the SDK for C++ writes it', async () => {
  const Bucket = await newBucket()
  const Key = 'k'
  const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'text' }))
  const ChecksumMode = 'enabled' as 'ENABLED'
  const got = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode }))
  expect(got.ChecksumCRC32).toBe(put.ChecksumCRC32)
  const Other = 'maybe' as 'ENABLED'
  const refused = s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: Other }))
  expect((await errorOf(refused)).$metadata.httpStatusCode).toBe(400)
})
