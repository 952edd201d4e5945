import { createHash, randomBytes } from 'node:crypto'
import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeletePublicAccessBlockCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  SelectObjectContentCommand,
  UpdateObjectEncryptionCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, test } from 'vitest'
import { endpoint, fileAccount, newAccount } from '../../support/client.ts'
import { bodyOf, bucketName, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const PART = 5 * 1024 ** 2
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab'
const keyArn = `arn:aws:kms:us-east-1:${fileAccount()}:key/${keyId}`
const md5 = (bytes: Uint8Array | string, form: 'hex' | 'base64' = 'hex') =>
  createHash('md5').update(bytes).digest(form)

/** The members of SSE-C of one key. */
function customer(key = randomBytes(32)) {
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: md5(key, 'base64'),
  }
}

function asSource(members: ReturnType<typeof customer>) {
  return {
    CopySourceSSECustomerAlgorithm: members.SSECustomerAlgorithm,
    CopySourceSSECustomerKey: members.SSECustomerKey,
    CopySourceSSECustomerKeyMD5: members.SSECustomerKeyMD5,
  }
}

const mine = customer()

interface Kind {
  readonly name: string
  readonly write: Partial<PutObjectCommandInput>
  readonly read: Partial<ReturnType<typeof customer>>
  readonly source: Partial<ReturnType<typeof asSource>>
  readonly answer: object
  readonly hasMd5: boolean
}

const kinds: ReadonlyArray<Kind> = [
  {
    name: 'SSE-S3',
    write: { ServerSideEncryption: 'AES256' },
    read: {},
    source: {},
    answer: { ServerSideEncryption: 'AES256' },
    hasMd5: true,
  },
  {
    name: 'SSE-KMS',
    write: { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyId, BucketKeyEnabled: true },
    read: {},
    source: {},
    answer: { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true },
    hasMd5: false,
  },
  {
    name: 'SSE-C',
    write: mine,
    read: mine,
    source: asSource(mine),
    answer: { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: mine.SSECustomerKeyMD5 },
    hasMd5: false,
  },
]

async function upload(Bucket: string, Key: string, kind: Kind, parts: ReadonlyArray<Buffer>) {
  const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...kind.write }))
  const id = { Bucket, Key, UploadId: begun.UploadId ?? '' }
  const done = await Promise.all(
    parts.map(async (Body, index) => {
      const part = { ...id, PartNumber: index + 1, Body, ...kind.read }
      return { ...(await s3.send(new UploadPartCommand(part))), PartNumber: index + 1 }
    }),
  )
  const Parts = done.map(({ ETag, PartNumber }) => ({ ETag, PartNumber }))
  return { begun, id, done, MultipartUpload: { Parts } }
}

describe.each(kinds)('$name', (kind) => {
  test.each([0, 5, 32_769, 3_000_000])(
    'an object of %i bytes comes back, and says how it is kept',
    async (size) => {
      const Bucket = await newBucket()
      const id = { Bucket, Key: 'a/b.bin' }
      const Body = randomBytes(size)
      const put = await s3.send(new PutObjectCommand({ ...id, Body, ...kind.write }))
      expect(put).toMatchObject(kind.answer)
      expect(put.ETag === `"${md5(Body)}"`).toBe(kind.hasMd5)
      const got = await s3.send(new GetObjectCommand({ ...id, ...kind.read }))
      expect(got).toMatchObject({ ...kind.answer, ETag: put.ETag, ContentLength: size })
      expect((await bodyOf(got)).equals(Body)).toBe(true)
      const head = await s3.send(new HeadObjectCommand({ ...id, ...kind.read }))
      expect(head).toMatchObject({ ...kind.answer, ETag: put.ETag, ContentLength: size })
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }))
      expect(Contents).toMatchObject([{ Size: size, ETag: put.ETag }])
      const attributes = await s3.send(
        new GetObjectAttributesCommand({ ...id, ...kind.read, ObjectAttributes: ['ObjectSize'] }),
      )
      expect(attributes.ObjectSize).toBe(size)
    },
  )

  test('a range is read from where it lies', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const Body = randomBytes(2_500_000)
    await s3.send(new PutObjectCommand({ ...id, Body, ...kind.write }))
    for (const [first, last] of [
      [0, 0],
      [17, 31],
      [262_143, 262_145],
      [1_999_999, 2_499_999],
    ] as const) {
      const Range = `bytes=${first}-${last}`
      const got = await s3.send(new GetObjectCommand({ ...id, ...kind.read, Range }))
      expect((await bodyOf(got)).equals(Body.subarray(first, last + 1))).toBe(true)
    }
  })

  test('an upload in parts is one object with one key', async () => {
    const Bucket = await newBucket()
    const parts = [randomBytes(PART), randomBytes(PART), randomBytes(1_000)]
    const { begun, id, done, MultipartUpload } = await upload(Bucket, 'big', kind, parts)
    expect(begun).toMatchObject(kind.answer)
    for (const [index, part] of done.entries()) {
      expect(part).toMatchObject(kind.answer)
      expect(part.ETag === `"${md5(parts[index] ?? '')}"`).toBe(kind.hasMd5)
    }
    const listed = await s3.send(new ListPartsCommand(id))
    expect(listed.Parts?.map(({ ETag }) => ETag)).toEqual(done.map(({ ETag }) => ETag))
    const completed = await s3.send(new CompleteMultipartUploadCommand({ ...id, MultipartUpload }))
    const {
      SSECustomerAlgorithm: _a,
      SSECustomerKeyMD5: _b,
      ...answer
    } = kind.answer as typeof mine
    expect(completed).toMatchObject(answer)
    expect(completed.ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
    const whole = Buffer.concat(parts)
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', ...kind.read }))
    expect((await bodyOf(got)).equals(whole)).toBe(true)
    const Range = `bytes=${PART - 10}-${PART + 9}`
    const across = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', ...kind.read, Range }))
    expect((await bodyOf(across)).equals(whole.subarray(PART - 10, PART + 10))).toBe(true)
    const last = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'big', ...kind.read, PartNumber: 3 }),
    )
    expect((await bodyOf(last)).equals(parts[2] ?? Buffer.alloc(0))).toBe(true)
  })

  test.each(kinds)(`is copied to $name`, async (other) => {
    const Bucket = await newBucket()
    const Body = randomBytes(100_000)
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body, ...kind.write }))
    const copied = await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'to',
        CopySource: `${Bucket}/from`,
        ...kind.source,
        ...other.write,
      }),
    )
    expect(copied).toMatchObject(other.answer)
    expect(copied.CopyObjectResult?.ETag === `"${md5(Body)}"`).toBe(other.hasMd5)
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'to', ...other.read }))
    expect((await bodyOf(got)).equals(Body)).toBe(true)
  })

  test('is copied to a plain object, whose ETag is the MD5 again', async () => {
    const Bucket = await newBucket()
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: 'words', ...kind.write }))
    const CopySource = `${Bucket}/from`
    const copy = { Bucket, Key: 'to', CopySource, ...kind.source }
    const copied = await s3.send(new CopyObjectCommand(copy))
    expect(copied.ServerSideEncryption).toBeUndefined()
    expect(copied.CopyObjectResult?.ETag).toBe(`"${md5('words')}"`)
    expect(String(await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'to' }))))).toBe(
      'words',
    )
  })

  test('a part is copied from it and into it', async () => {
    const Bucket = await newBucket()
    const Body = randomBytes(PART)
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body, ...kind.write }))
    const { id, done } = await upload(Bucket, 'to', kind, [Buffer.from('replaced')])
    expect(done).toHaveLength(1)
    const CopySource = `${Bucket}/from`
    const part = { ...id, PartNumber: 1, CopySource, ...kind.read, ...kind.source }
    const copied = await s3.send(new UploadPartCopyCommand(part))
    expect(copied).toMatchObject(kind.answer)
    const Parts = [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]
    await s3.send(new CompleteMultipartUploadCommand({ ...id, MultipartUpload: { Parts } }))
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'to', ...kind.read }))
    expect((await bodyOf(got)).equals(Body)).toBe(true)
  })

  test('every version keeps its own key, and a change of tags keeps it as well', async () => {
    const Bucket = await newBucket()
    const VersioningConfiguration = { Status: 'Enabled' as const }
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    const id = { Bucket, Key: 'k' }
    const first = await s3.send(new PutObjectCommand({ ...id, Body: 'first', ...kind.write }))
    await s3.send(new PutObjectCommand({ ...id, Body: 'second' }))
    const { VersionId } = first
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] }
    await s3.send(new PutObjectTaggingCommand({ ...id, VersionId, Tagging }))
    const got = await s3.send(new GetObjectCommand({ ...id, VersionId, ...kind.read }))
    expect(got).toMatchObject(kind.answer)
    expect(String(await bodyOf(got))).toBe('first')
    expect(String(await bodyOf(await s3.send(new GetObjectCommand(id))))).toBe('second')
  })

  test('S3 Select reads it', async () => {
    const id = { Bucket: await newBucket(), Key: 'rows.csv' }
    await s3.send(new PutObjectCommand({ ...id, Body: 'a,1\nb,2\n', ...kind.write }))
    const { Payload } = await s3.send(
      new SelectObjectContentCommand({
        ...id,
        ...kind.read,
        Expression: "SELECT s._1 FROM S3Object s WHERE s._2 = '2'",
        ExpressionType: 'SQL',
        InputSerialization: { CSV: {} },
        OutputSerialization: { CSV: {} },
      }),
    )
    const rows: string[] = []
    for await (const { Records } of Payload ?? [])
      rows.push(Buffer.from(Records?.Payload ?? []).toString())
    expect(rows.join('')).toBe('b\n')
  })

  test('a presigned address asks for it by headers that are signed', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const put = new PutObjectCommand({ ...id, ...kind.write })
    const unhoistableHeaders = new Set([
      'x-amz-server-side-encryption',
      'x-amz-server-side-encryption-aws-kms-key-id',
      'x-amz-server-side-encryption-bucket-key-enabled',
      'x-amz-server-side-encryption-customer-algorithm',
      'x-amz-server-side-encryption-customer-key',
      'x-amz-server-side-encryption-customer-key-md5',
    ])
    const headers = Object.fromEntries(
      Object.entries({
        'x-amz-server-side-encryption': kind.write.ServerSideEncryption,
        'x-amz-server-side-encryption-aws-kms-key-id': kind.write.SSEKMSKeyId,
        'x-amz-server-side-encryption-bucket-key-enabled': kind.write.BucketKeyEnabled,
        'x-amz-server-side-encryption-customer-algorithm': kind.read.SSECustomerAlgorithm,
        'x-amz-server-side-encryption-customer-key': kind.read.SSECustomerKey,
        'x-amz-server-side-encryption-customer-key-md5': kind.read.SSECustomerKeyMD5,
      }).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    )
    const url = await getSignedUrl(s3, put, { unhoistableHeaders })
    const refused = await fetch(url, { method: 'PUT', body: 'signed' })
    expect(refused.status).toBe(403)
    const sent = await fetch(url, { method: 'PUT', body: 'signed', headers })
    expect(sent.status).toBe(200)
    const got = await s3.send(new GetObjectCommand({ ...id, ...kind.read }))
    expect(got).toMatchObject(kind.answer)
    expect(String(await bodyOf(got))).toBe('signed')
  })
})

describe('without what was asked, nothing', () => {
  test('an object is plain and says nothing when nobody speaks of encryption', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const put = await s3.send(new PutObjectCommand({ ...id, Body: 'x' }))
    expect(put.ServerSideEncryption).toBeUndefined()
    const got = await s3.send(new GetObjectCommand(id))
    expect([got.ServerSideEncryption, got.SSEKMSKeyId]).toEqual([undefined, undefined])
  })

  test("SSE-C's object shows itself to its key only", async () => {
    const Bucket = await newBucket()
    const id = { Bucket, Key: 'k' }
    await s3.send(new PutObjectCommand({ ...id, Body: 'secret', ...mine }))
    const missing =
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.'
    const ObjectAttributes = ['ETag' as const]
    const copy = { Bucket, Key: 'to', CopySource: `${Bucket}/k` }
    for (const call of [
      () => s3.send(new GetObjectCommand(id)),
      () => s3.send(new GetObjectAttributesCommand({ ...id, ObjectAttributes })),
      () => s3.send(new CopyObjectCommand(copy)),
    ]) {
      expect(await errorOf(call())).toMatchObject({ name: 'InvalidRequest', message: missing })
    }
    expect((await errorOf(s3.send(new HeadObjectCommand(id)))).$metadata.httpStatusCode).toBe(400)
    const other = customer()
    const wrong = {
      name: 'AccessDenied',
      message:
        'Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.',
    }
    for (const call of [
      () => s3.send(new GetObjectCommand({ ...id, ...other })),
      () => s3.send(new GetObjectCommand({ ...id, ...customer(Buffer.from('short')) })),
      () => s3.send(new CopyObjectCommand({ ...copy, ...asSource(other) })),
    ]) {
      expect(await errorOf(call())).toMatchObject(wrong)
    }
    const head = await errorOf(s3.send(new HeadObjectCommand({ ...id, ...other })))
    expect(head.$metadata.httpStatusCode).toBe(403)
  })

  test('a key where none is needed is refused', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    for (const write of [{}, { ServerSideEncryption: 'AES256' as const }]) {
      await s3.send(new PutObjectCommand({ ...id, Body: 'x', ...write }))
      expect(await errorOf(s3.send(new GetObjectCommand({ ...id, ...mine })))).toMatchObject({
        name: 'InvalidRequest',
        message: 'The encryption parameters are not applicable to this object.',
      })
    }
  })

  test('parts come with the key that the upload began with', async () => {
    const Bucket = await newBucket()
    const begin = async (members: object) => {
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key: 'k', ...members }),
      )
      return { Bucket, Key: 'k', UploadId: UploadId ?? '', PartNumber: 1, Body: 'x' }
    }
    const part = await begin(mine)
    const none =
      'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.'
    expect(await errorOf(s3.send(new UploadPartCommand(part)))).toMatchObject({ message: none })
    const plain = await begin({})
    expect(await errorOf(s3.send(new UploadPartCommand({ ...plain, ...mine })))).toMatchObject({
      name: 'InvalidRequest',
      message: none,
    })
    const other = { ...part, ...customer() }
    const unlike = 'The provided encryption parameters did not match the ones used originally.'
    expect(await errorOf(s3.send(new UploadPartCommand(other)))).toMatchObject({ message: unlike })
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, ...mine }))
    const { Body: _body, PartNumber, ...id } = part
    const MultipartUpload = { Parts: [{ PartNumber, ETag }] }
    const complete = { ...id, MultipartUpload }
    const refused = s3.send(new CompleteMultipartUploadCommand({ ...complete, ...customer() }))
    expect(await errorOf(refused)).toMatchObject({ message: unlike })
    await s3.send(new CompleteMultipartUploadCommand({ ...complete, ...mine }))
  })
})

describe('what is wrong is said in the words of AWS', () => {
  const begin =
    'Requests specifying Server Side Encryption with Customer provided keys must provide'
  const { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 } = mine
  const needsKms =
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
  const invalidContext =
    "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map"
  const kms = { ServerSideEncryption: 'aws:kms' } as const
  test.each<[Partial<PutObjectCommandInput>, string, string]>([
    [{ SSECustomerAlgorithm }, 'InvalidArgument', `${begin} an appropriate secret key.`],
    [
      customer(Buffer.from('short')),
      'InvalidArgument',
      'The secret key was invalid for the specified algorithm.',
    ],
    [
      { SSECustomerKey, SSECustomerKeyMD5 },
      'InvalidArgument',
      `${begin} a valid encryption algorithm.`,
    ],
    [
      { ...mine, SSECustomerAlgorithm: 'AES128' },
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256.',
    ],
    [
      { ...mine, ServerSideEncryption: 'AES256' },
      'InvalidArgument',
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
    ],
    [{ SSEKMSKeyId: keyId }, 'InvalidArgument', needsKms],
    [{ ServerSideEncryption: 'AES256', SSEKMSKeyId: keyId }, 'InvalidArgument', needsKms],
    [{ ...kms, SSEKMSEncryptionContext: 'e30' }, '', ''],
    [{ ...kms, SSEKMSEncryptionContext: 'x' }, 'InvalidArgument', invalidContext],
    [
      { ...kms, SSEKMSEncryptionContext: Buffer.from('{"a":1}').toString('base64') },
      'InvalidArgument',
      invalidContext,
    ],
    [
      { ServerSideEncryption: 'aes256' as 'AES256' },
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256.',
    ],
    [
      { ...kms, SSEKMSKeyId: 'fake-key-id' },
      'KMS.NotFoundException',
      "Invalid keyId 'fake-key-id'",
    ],
    [
      { ...kms, SSEKMSKeyId: keyArn.replace('us-east-1', 'eu-west-1') },
      'KMS.NotFoundException',
      'Invalid arn eu-west-1',
    ],
    [
      { ServerSideEncryption: 'aws:kms:dsse' },
      'NotImplemented',
      'Encryption aws:kms:dsse is not supported by Headrace yet. Nothing was done.',
    ],
  ])('%o', async (members, name, message) => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const call = s3.send(new PutObjectCommand({ ...id, Body: 'x', ...members }))
    if (name === '') return void (await call)
    expect(await errorOf(call)).toMatchObject({ name, message })
    expect((await errorOf(s3.send(new HeadObjectCommand(id)))).name).toBe('NotFound')
  })

  test("a key's MD5 that is another's", async () => {
    const client = s3Client()
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-amz-server-side-encryption-customer-key-md5'] = md5('x', 'base64')
        return next(args)
      },
      { step: 'build' },
    )
    const id = { Bucket: await newBucket(), Key: 'k' }
    const call = client.send(new PutObjectCommand({ ...id, Body: 'x', ...mine }))
    expect(await errorOf(call)).toMatchObject({
      name: 'InvalidArgument',
      message: 'The calculated MD5 hash of the key did not match the hash that was provided.',
    })
  })

  test('a kind of encryption where none is to be said', async () => {
    const client = s3Client()
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-amz-server-side-encryption'] = 'AES256'
        return next(args)
      },
      { step: 'build' },
    )
    const id = { Bucket: await newBucket(), Key: 'k' }
    await s3.send(new PutObjectCommand({ ...id, Body: 'x', ServerSideEncryption: 'AES256' }))
    expect(await errorOf(client.send(new GetObjectCommand(id)))).toMatchObject({
      name: 'InvalidArgument',
      message: 'x-amz-server-side-encryption header is not supported for this operation.',
    })
  })

  test('a key of another account is not to be used', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const SSEKMSKeyId = keyArn.replace(fileAccount(), '999999999999')
    const call = s3.send(new PutObjectCommand({ ...id, Body: 'x', ...kms, SSEKMSKeyId }))
    expect(await errorOf(call)).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`kms:GenerateDataKey on resource: ${SSEKMSKeyId}`),
    })
  })
})

describe('keys of KMS', () => {
  test("the bucket's policy does not open a key to other accounts, nor to nobody", async () => {
    const Bucket = await newBucket()
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:*Object',
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    })
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    const id = { Bucket, Key: 'k' }
    await s3.send(new PutObjectCommand({ ...id, Body: 'x', ServerSideEncryption: 'aws:kms' }))
    const stranger = s3Client({ account: newAccount() })
    expect(await errorOf(stranger.send(new GetObjectCommand(id)))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('kms:Decrypt'),
    })
    await stranger.send(new HeadObjectCommand(id))
    const nobody = await fetch(`${endpoint()}/${Bucket}/k`)
    expect(await nobody.text()).toContain('require AWS Signature Version 4')
    await s3.send(new PutObjectCommand({ ...id, Body: 'x', ServerSideEncryption: 'AES256' }))
    expect(String(await bodyOf(await stranger.send(new GetObjectCommand(id))))).toBe('x')
    expect(await (await fetch(`${endpoint()}/${Bucket}/k`)).text()).toBe('x')
  })

  test('an alias, the default and the context are answered as AWS does', async () => {
    const Bucket = await newBucket()
    const context = Buffer.from('{"team":"fraud"}').toString('base64')
    const kms = { Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' as const }
    const put = await s3.send(new PutObjectCommand({ ...kms, SSEKMSEncryptionContext: context }))
    const arn = new RegExp(`^arn:aws:kms:us-east-1:${fileAccount()}:key/[0-9a-f-]{36}$`)
    expect(put).toMatchObject({
      SSEKMSEncryptionContext: context,
      SSEKMSKeyId: expect.stringMatching(arn),
    })
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))
    expect(String(await bodyOf(got))).toBe('x')
    expect(got.SSEKMSKeyId).toBe(put.SSEKMSKeyId)
    const SSEKMSKeyId = 'alias/aws/s3'
    const named = await s3.send(new PutObjectCommand({ ...kms, SSEKMSKeyId }))
    expect(named.SSEKMSKeyId).toBe(put.SSEKMSKeyId)
    const other = await s3.send(new PutObjectCommand({ ...kms, SSEKMSKeyId: 'alias/other' }))
    expect(other.SSEKMSKeyId).toMatch(arn)
    expect(other.SSEKMSKeyId).not.toBe(put.SSEKMSKeyId)
  })

  test('UpdateObjectEncryption gives an object another key and leaves the rest', async () => {
    const id = { Bucket: await newBucket(), Key: 'k' }
    const update = (bucketKey?: boolean) =>
      s3.send(
        new UpdateObjectEncryptionCommand({
          ...id,
          ObjectEncryption: {
            SSEKMS: { KMSKeyArn: keyArn, ...(bucketKey && { BucketKeyEnabled: bucketKey }) },
          },
        }),
      )
    const write = { ServerSideEncryption: 'AES256' as const }
    const put = await s3.send(new PutObjectCommand({ ...id, Body: 'kept', ...write }))
    const { LastModified } = await s3.send(new HeadObjectCommand(id))
    for (const bucketKey of [false, true]) {
      await update(bucketKey)
      const got = await s3.send(new GetObjectCommand(id))
      expect(got).toMatchObject({ ETag: put.ETag, LastModified, SSEKMSKeyId: keyArn })
      expect(got.BucketKeyEnabled ?? false).toBe(bucketKey)
      expect(String(await bodyOf(got))).toBe('kept')
    }
    for (const members of [{}, mine]) {
      await s3.send(new PutObjectCommand({ ...id, Body: 'x', ...members }))
      expect((await errorOf(update())).name).toBe('InvalidRequest')
    }
  })

  test('what is locked keeps its key', async () => {
    const id = { Bucket: bucketName(), Key: 'k' }
    const ObjectLockEnabledForBucket = true
    await s3.send(new CreateBucketCommand({ Bucket: id.Bucket, ObjectLockEnabledForBucket }))
    const lock = { ContentMD5: md5('x', 'base64'), ObjectLockLegalHoldStatus: 'ON' as const }
    const write = { ServerSideEncryption: 'AES256' as const }
    await s3.send(new PutObjectCommand({ ...id, Body: 'x', ...write, ...lock }))
    const ObjectEncryption = { SSEKMS: { KMSKeyArn: keyArn } }
    const update = new UpdateObjectEncryptionCommand({ ...id, ObjectEncryption })
    expect(await errorOf(s3.send(update))).toMatchObject({
      name: 'AccessDenied',
      message: 'Access Denied because object protected by object lock.',
    })
  })
})
