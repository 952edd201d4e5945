import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { startApacheKafka } from '../support/apache-kafka.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { s3Client } from '../support/object-histories.ts'

const kafka = await startApacheKafka()
const running: RunningHeadrace[] = []
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()))
  await kafka?.stop()
}, 60_000)

async function start(flags: ReadonlyArray<string>): Promise<RunningHeadrace> {
  const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-stateless-'))
  const server = await startHeadrace({ dataDir, flags, environment })
  running.push(server)
  return server
}

async function sizeOf(s3: S3Client, Key: string): Promise<number | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key }))
  return (await Body?.transformToByteArray())?.length
}

describe.skipIf(!kafka)('nodes that keep nothing themselves', () => {
  test('serve the same objects, also those that a dead node wrote', async () => {
    const store = await start([])
    await s3Client(store).send(new CreateBucketCommand({ Bucket: 'elsewhere' }))
    const url = `kafka://${kafka?.bootstrap}`
    const objects = `s3://elsewhere/house?endpoint=${store.endpoint}`
    const startNode = () => start(['--log', url, '--meta', url, '--objects', objects])
    const [first, second] = [await startNode(), await startNode()]
    const [one, two] = [s3Client(first), s3Client(second)]
    await one.send(new CreateBucketCommand({ Bucket: 'lake' }))
    const sizes = { small: 10, large: 300_000 }
    for (const [Key, size] of Object.entries(sizes)) {
      await one.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: Buffer.alloc(size, Key) }))
      expect(await sizeOf(two, Key)).toBe(size)
    }
    await two.send(
      new PutObjectCommand({ Bucket: 'lake', Key: 'large', Body: Buffer.alloc(400_000) }),
    )
    expect(await sizeOf(one, 'large')).toBe(400_000)
    await first.kill()
    running.splice(running.indexOf(first), 1)
    const three = s3Client(await startNode())
    expect(await sizeOf(three, 'small')).toBe(10)
    expect(await sizeOf(three, 'large')).toBe(400_000)
    await three.send(new DeleteObjectCommand({ Bucket: 'lake', Key: 'large' }))
    const { Contents = [] } = await two.send(new ListObjectsV2Command({ Bucket: 'lake' }))
    expect(Contents.map(({ Key }) => Key)).toEqual(['small'])
  })
})
