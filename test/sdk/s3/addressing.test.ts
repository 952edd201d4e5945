import { request } from 'node:http'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { endpoint } from '../../support/client.ts'
import { bodyOf, newBucket, s3Client, virtualHostClient } from './support.ts'

const s3 = s3Client()

test('a presigned URL puts and gets without a client', async () => {
  const Bucket = await newBucket()
  const Key = 'dir/a b+ä.txt'
  const putUrl = await getSignedUrl(
    s3,
    new PutObjectCommand({ Bucket, Key, ContentType: 'text/plain' }),
    { expiresIn: 60 },
  )
  const put = await fetch(putUrl, {
    method: 'PUT',
    body: 'by hand',
    headers: { 'content-type': 'text/plain' },
  })
  expect(put.status).toBe(200)
  expect(put.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
  const getUrl = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })
  const got = await fetch(getUrl)
  expect(await got.text()).toBe('by hand')
  expect(got.headers.get('content-type')).toBe('text/plain')
  const part = await fetch(getUrl, { headers: { range: 'bytes=3-6' } })
  expect(part.status).toBe(206)
  expect(part.headers.get('content-range')).toBe('bytes 3-6/7')
  const tampered = await fetch(getUrl.replace('a%20b', 'other'))
  expect(tampered.status).toBe(403)
  expect(await tampered.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
})

test('a bucket can stand in the host name', async () => {
  const Bucket = await newBucket()
  const virtual = virtualHostClient('s3.localhost', new URL(endpoint()).port)
  await virtual.send(new PutObjectCommand({ Bucket, Key: 'k/ü', Body: 'x' }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k/ü' }))
  expect((await bodyOf(got)).toString()).toBe('x')
})

test('errors are the XML of S3, with request ids', async () => {
  const Bucket = await newBucket()
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a<b' }), {
    expiresIn: 60,
  })
  const answer = await fetch(url)
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toBe('application/xml')
  const text = await answer.text()
  expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\s*<Error><Code>NoSuchKey<\/Code>/)
  expect(text).toContain('<Key>a&lt;b</Key>')
  expect(answer.headers.get('x-amz-request-id')).toBeTruthy()
})

test('a client that goes away in the middle of its body leaves nothing behind', async () => {
  const Bucket = await newBucket()
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'k' }), { expiresIn: 60 })
  await new Promise<void>((resolve) => {
    const outgoing = request(url, { method: 'PUT', headers: { 'content-length': 5_000_000 } })
    outgoing.on('error', () => resolve())
    outgoing.write(Buffer.alloc(1_000_000), () => outgoing.destroy(new Error('gone')))
  })
  const got = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'k' })))
  expect(got.status).toBe(404)
})
