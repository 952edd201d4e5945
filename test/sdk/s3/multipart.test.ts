import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { expect, test } from 'vitest'
import { bodyOf, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const MIB = 1024 ** 2

function part(size: number, seed: number): Buffer {
  const block = Buffer.from(Uint8Array.from({ length: 4_099 }, (_, index) => (index * seed) & 255))
  return Buffer.alloc(size, block)
}

async function begin(Bucket: string, Key: string, more: object = {}): Promise<string> {
  const { UploadId = '' } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ...more }),
  )
  return UploadId
}

function etagOf(parts: ReadonlyArray<Buffer>): string {
  const digests = parts.map((bytes) => createHash('md5').update(bytes).digest())
  return `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}"`
}

test('parts become one object, readable whole, by range and by part', async () => {
  const Bucket = await newBucket()
  const Key = 'big/file.bin'
  const UploadId = await begin(Bucket, Key, {
    ContentType: 'a/b',
    Metadata: { a: '1' },
    Tagging: 't=1',
  })
  const bytes = [part(5 * MIB, 3), part(5 * MIB, 5), part(1_000, 7)]
  const Parts = await Promise.all(
    bytes.map(async (Body, index) => {
      const PartNumber = index + 1
      const { ETag } = await s3.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
      )
      return { ETag, PartNumber }
    }),
  )
  const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }))
  expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', MaxParts: 2 })
  expect(listed.Parts?.map(({ Size }) => Size)).toEqual([5 * MIB, 5 * MIB])
  const before = await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key })))
  expect(before.$metadata.httpStatusCode).toBe(404)
  const complete = () =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    )
  const done = await complete()
  expect(done).toMatchObject({ Bucket, Key, ETag: etagOf(bytes) })
  expect(done.Location).toContain(`/${Bucket}/${Key}`)
  expect((await complete()).ETag).toBe(done.ETag)
  const whole = Buffer.concat(bytes)
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
  expect(got).toMatchObject({ ContentType: 'a/b', Metadata: { a: '1' }, TagCount: 1 })
  expect((await bodyOf(got)).equals(whole)).toBe(true)
  const Range = `bytes=${5 * MIB - 10}-${10 * MIB + 5}`
  const across = await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key, Range })))
  expect(across.equals(whole.subarray(5 * MIB - 10, 10 * MIB + 6))).toBe(true)
  const third = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 3 }))
  expect(third).toMatchObject({ PartsCount: 3, ContentLength: 1_000 })
  expect(third.$metadata.httpStatusCode).toBe(206)
  expect((await bodyOf(third)).equals(part(1_000, 7))).toBe(true)
  const fourth = s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 4 }))
  expect(await errorOf(fourth)).toMatchObject({ name: 'InvalidPartNumber', ActualPartCount: '3' })
  const both = s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 1, Range: 'bytes=0-1' }))
  expect((await errorOf(both)).message).toContain('Cannot specify both Range')
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([])
})

test('checksums of parts make a composite one, or one over the whole object', async () => {
  const Bucket = await newBucket()
  const bytes = [part(5 * MIB, 11), part(77, 13)]
  const whole = Buffer.concat(bytes)
  for (const ChecksumType of ['COMPOSITE', 'FULL_OBJECT'] as const) {
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const) {
      const possible =
        (!ChecksumAlgorithm.startsWith('SHA') || ChecksumType === 'COMPOSITE') &&
        (ChecksumAlgorithm !== 'CRC64NVME' || ChecksumType === 'FULL_OBJECT')
      const Key = `${ChecksumType}-${ChecksumAlgorithm}`
      const beginning = begin(Bucket, Key, { ChecksumAlgorithm, ChecksumType })
      if (!possible) {
        expect((await errorOf(beginning)).message).toContain(
          `The ${ChecksumType} checksum type cannot be used`,
        )
        continue
      }
      const UploadId = await beginning
      const member = `Checksum${ChecksumAlgorithm}` as 'ChecksumCRC32'
      const Parts: {
        PartNumber: number
        ETag: string | undefined
        ChecksumCRC32?: string | undefined
      }[] = []
      for (const [index, Body] of bytes.entries()) {
        const PartNumber = index + 1
        const put = await s3.send(
          new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm }),
        )
        expect(put[member]).toBeTruthy()
        Parts.push({ PartNumber, ETag: put.ETag, [member]: put[member] })
      }
      const done = await s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      )
      expect(done.ChecksumType).toBe(ChecksumType)
      const single = await s3.send(
        new PutObjectCommand({ Bucket, Key: 'single', Body: whole, ChecksumAlgorithm }),
      )
      if (ChecksumType === 'FULL_OBJECT') expect(done[member]).toBe(single[member])
      else expect(done[member]).toMatch(/-2$/)
      const attributes = await s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key,
          ObjectAttributes: ['ObjectParts', 'Checksum'],
        }),
      )
      expect(attributes.ObjectParts?.TotalPartsCount).toBe(2)
      if (ChecksumType === 'COMPOSITE') {
        expect(attributes.ObjectParts?.Parts?.map(({ Size }) => Size)).toEqual([5 * MIB, 77])
        expect(attributes.ObjectParts?.Parts?.map((one) => one[member])).toEqual(
          Parts.map((one) => one[member]),
        )
      }
      const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
      expect((await bodyOf(got)).equals(whole)).toBe(true)
    }
  }
})

test('a composite upload wants the checksum of every part', async () => {
  const Bucket = await newBucket()
  const UploadId = await begin(Bucket, 'k', { ChecksumAlgorithm: 'SHA256' })
  const named = { Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' }
  const { ETag } = await s3.send(new UploadPartCommand({ ...named, ChecksumAlgorithm: 'SHA256' }))
  const other = s3.send(new UploadPartCommand({ ...named, ChecksumAlgorithm: 'CRC32' }))
  expect((await errorOf(other)).message).toBe(
    'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
  )
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
  const without = s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload }),
  )
  expect((await errorOf(without)).message).toContain('It was missing for part 1 in the request.')
})

test('what cannot be completed says why, and the parts stay', async () => {
  const Bucket = await newBucket()
  const Key = 'k'
  const UploadId = await begin(Bucket, Key)
  const put = async (PartNumber: number, Body: Buffer) => {
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    )
    return { ETag, PartNumber }
  }
  const one = await put(1, part(4, 1))
  const two = await put(2, part(4, 2))
  const complete = (
    Parts: { ETag?: string | undefined; PartNumber: number }[],
    more: object = {},
  ) =>
    s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts },
        ...more,
      }),
    )
  expect(await errorOf(complete([one, two]))).toMatchObject({
    name: 'EntityTooSmall',
    PartNumber: '1',
    ProposedSize: '4',
    MinSizeAllowed: '5242880',
  })
  expect((await errorOf(complete([two, one]))).name).toBe('InvalidPartOrder')
  expect(await errorOf(complete([{ ...one, ETag: '"no"' }]))).toMatchObject({
    name: 'InvalidPart',
    PartNumber: '1',
  })
  expect((await errorOf(complete([{ ETag: '"x"', PartNumber: 9 }]))).name).toBe('InvalidPart')
  expect((await errorOf(complete([two], { MpuObjectSize: 5 }))).message).toContain(
    'does not match what was computed: 4',
  )
  for (const PartNumber of [0, 10_001]) {
    expect((await errorOf(put(PartNumber, part(1, 1)))).message).toContain('between 1 and 10000')
  }
  const last = await put(2, part(9, 3))
  const done = await complete([last])
  expect(done.ETag).toBe(etagOf([part(9, 3)]))
  expect(
    (await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key })))).equals(part(9, 3)),
  ).toBe(true)
  expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(1)
})

test('an upload that is aborted is gone with its parts; an unknown one is told', async () => {
  const Bucket = await newBucket()
  const UploadId = await begin(Bucket, 'k')
  const named = { Bucket, Key: 'k', UploadId }
  await s3.send(new UploadPartCommand({ ...named, PartNumber: 1, Body: 'x' }))
  await s3.send(new AbortMultipartUploadCommand(named))
  const MultipartUpload = { Parts: [{ ETag: '"x"', PartNumber: 1 }] }
  for (const call of [
    () => s3.send(new UploadPartCommand({ ...named, PartNumber: 2, Body: 'x' })),
    () => s3.send(new ListPartsCommand(named)),
    () => s3.send(new AbortMultipartUploadCommand(named)),
    () => s3.send(new CompleteMultipartUploadCommand({ ...named, MultipartUpload })),
  ]) {
    expect((await errorOf(call())).name).toBe('NoSuchUpload')
  }
  await begin(Bucket, 'left')
  await s3.send(new DeleteBucketCommand({ Bucket }))
})

test('uploads under way are listed by key and begin, in pages and levels', async () => {
  const Bucket = await newBucket()
  const ids: [string, string][] = []
  for (const Key of ['a', 'b/1', 'b/1', 'b/2', 'c']) ids.push([Key, await begin(Bucket, Key)])
  const all = await s3.send(new ListMultipartUploadsCommand({ Bucket }))
  expect(all.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual(ids)
  const found: [string, string][] = []
  let KeyMarker: string | undefined
  let UploadIdMarker: string | undefined
  do {
    const page = await s3.send(
      new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2, KeyMarker, UploadIdMarker }),
    )
    found.push(
      ...(page.Uploads ?? []).map(({ Key, UploadId }): [string, string] => [
        Key ?? '',
        UploadId ?? '',
      ]),
    )
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined
    UploadIdMarker = page.NextUploadIdMarker
  } while (KeyMarker)
  expect(found).toEqual(ids)
  const level = await s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }))
  expect(level.Uploads?.map(({ Key }) => Key)).toEqual(['a', 'c'])
  expect(level.CommonPrefixes).toEqual([{ Prefix: 'b/' }])
  const behind = await s3.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker: 'b/1' }))
  expect(behind.Uploads?.map(({ Key }) => Key)).toEqual(['b/2', 'c'])
})

test('parts can be copied from objects, whole or in ranges', async () => {
  const Bucket = await newBucket()
  const source = part(6 * MIB, 17)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: source }))
  const UploadId = await begin(Bucket, 'k')
  const copy = async (PartNumber: number, CopySourceRange?: string) => {
    const answer = await s3.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: 'k',
        UploadId,
        PartNumber,
        CopySource: `${Bucket}/source`,
        CopySourceRange,
      }),
    )
    return { PartNumber, ETag: answer.CopyPartResult?.ETag }
  }
  const Parts = [await copy(1), await copy(2, 'bytes=10-19')]
  expect((await errorOf(copy(3, `bytes=0-${6 * MIB}`))).message).toContain(
    'Range specified is not valid',
  )
  expect((await errorOf(copy(3, '0-8'))).message).toContain('must be of the form bytes=first-last')
  await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts } }),
  )
  const whole = await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))
  expect(whole.equals(Buffer.concat([source, source.subarray(10, 20)]))).toBe(true)
})

test("the SDK's own upload manager sends a stream of unknown length", async () => {
  const Bucket = await newBucket()
  const chunk = part(1 * MIB, 19)
  const Body = Readable.from(Array.from({ length: 17 }, () => chunk))
  const done = await new Upload({
    client: s3,
    params: { Bucket, Key: 'k', Body },
    queueSize: 3,
  }).done()
  expect(done.ETag).toMatch(/-4"$/)
  const got = await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))
  expect(got.equals(Buffer.concat(Array.from({ length: 17 }, () => chunk)))).toBe(true)
})
