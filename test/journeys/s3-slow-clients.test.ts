import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { rawConnection, rawHead } from '../support/raw-connection.ts'

const CLIENTS = 200
const BYTES = 100_000
const Bucket = 'slow'

let server: RunningHeadrace
let s3: S3Client

beforeAll(async () => {
  server = await startHeadrace()
  const { endpoint } = server
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  await s3.send(new CreateBucketCommand({ Bucket }))
})
afterAll(async () => {
  expect(await server?.stop()).toBe(0)
})

async function slowPut(index: number) {
  const command = new PutObjectCommand({ Bucket, Key: `slow-${index}` })
  const url = new URL(await getSignedUrl(s3, command, { expiresIn: 600 }))
  const connection = await rawConnection(Number(url.port))
  const headers = { host: url.host, 'content-length': String(BYTES) }
  connection.write(rawHead(`PUT ${url.pathname}${url.search}`, headers))
  return connection
}

test('two hundred clients that send drop by drop hold nobody up, and each of their objects is whole', async () => {
  const connections = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => slowPut(index)),
  )
  const piece = Buffer.alloc(BYTES / 10, 'x')
  for (let step = 0; step < 9; step++) {
    for (const connection of connections) connection.write(piece)
    const Key = `quick-${step}`
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'quick' }))
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    expect(await Body?.transformToString()).toBe('quick')
  }
  await expect(
    s3.send(new GetObjectCommand({ Bucket, Key: 'slow-0' })),
    'half an object is none',
  ).rejects.toMatchObject({ name: 'NoSuchKey' })
  const [gone, ...rest] = connections
  gone?.destroy()
  for (const connection of rest) connection.write(piece)
  const answers = await Promise.all(rest.map(({ received }) => received(/^HTTP\/1\.1 \d+/)))
  expect(answers.filter((text) => text.startsWith('HTTP/1.1 200 '))).toHaveLength(CLIENTS - 1)
  for (const connection of rest) connection.destroy()
  for (const index of [1, 100, CLIENTS - 1]) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `slow-${index}` }))
    expect(await Body?.transformToString()).toBe('x'.repeat(BYTES))
  }
  await expect(
    s3.send(new GetObjectCommand({ Bucket, Key: 'slow-0' })),
    'what was broken off is not there',
  ).rejects.toMatchObject({ name: 'NoSuchKey' })
})
