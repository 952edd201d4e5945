import { Readable } from 'node:stream'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { clientConfig, newAccount } from '../../support/client.ts'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

test('what a presigner moves from the headers into the URL is kept', async () => {
  const Bucket = await newBucket()
  const command = new PutObjectCommand({ Bucket, Key: 'k', Metadata: { origin: 'presigned' } })
  const url = await getSignedUrl(s3, command, { expiresIn: 60 })
  expect(url).toContain('x-amz-meta-origin=presigned')
  expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200)
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
  expect(head.Metadata).toEqual({ origin: 'presigned' })
})

test('a presigned URL that has expired says when', async () => {
  const Bucket = await newBucket()
  const signingDate = new Date(Date.now() - 3_600_000)
  const command = new PutObjectCommand({ Bucket, Key: 'k' })
  const url = await getSignedUrl(s3, command, { expiresIn: 60, signingDate })
  const answer = await fetch(url, { method: 'PUT', body: 'x' })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toMatch(
    /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message><X-Amz-Expires>60</,
  )
})

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'a streamed upload is checked by its trailing %s, which the object keeps',
  async (ChecksumAlgorithm) => {
    const Bucket = await newBucket()
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'k',
        Body: Readable.from([Buffer.alloc(100_000, 'a'), Buffer.alloc(50_000, 'b')]),
        ContentLength: 150_000,
        ChecksumAlgorithm,
      }),
    )
    const member = `Checksum${ChecksumAlgorithm}` as const
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }))
    expect(head.ContentLength).toBe(150_000)
    expect(head[member]).toBeTruthy()
    expect(put[member]).toBe(head[member])
  },
)

test('a wrong checksum is BadDigest and leaves no object', async () => {
  const Bucket = await newBucket()
  const ChecksumSHA256 = Buffer.alloc(32, 1).toString('base64')
  const put = s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ChecksumSHA256 }))
  expect((await errorOf(put)).name).toBe('BadDigest')
  const head = await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })))
  expect(head.$metadata.httpStatusCode).toBe(404)
})

test('a wrong secret, an unknown key and a wrong clock are told apart', async () => {
  const Bucket = await newBucket()
  const nameOf = async (accessKeyId: string, secretAccessKey: string, systemClockOffset = 0) => {
    const credentials = { accessKeyId, secretAccessKey }
    const client = s3Client({ ...clientConfig(), credentials, systemClockOffset, maxAttempts: 1 })
    return (await errorOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })))).name
  }
  expect(await nameOf(newAccount(), 'wrong')).toBe('SignatureDoesNotMatch')
  expect(await nameOf('AKIAIOSFODNN7EXAMPLE', 'test')).toBe('InvalidAccessKeyId')
  expect(await nameOf(newAccount(), 'test', 3_600_000)).toBe('RequestTimeTooSkewed')
})
