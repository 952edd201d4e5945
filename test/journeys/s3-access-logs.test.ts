import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

function clientOf({ endpoint }: RunningHeadrace): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
}

async function linesUnder(s3: S3Client, Prefix: string): Promise<ReadonlyArray<string>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix }))
  const texts = Contents.map(async ({ Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key }))
    return (await Body?.transformToString()) ?? ''
  })
  return (await Promise.all(texts)).flatMap((text) => text.split('\n').slice(0, -1))
}

async function logTo(s3: S3Client, Bucket: string, more: object = {}): Promise<void> {
  const LoggingEnabled = { TargetBucket: 'logs', TargetPrefix: `${Bucket}/`, ...more }
  await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }))
}

test('requests to a logged bucket become lines of objects, once the policy lets them in', async () => {
  const flags = ['--access-log-interval', '1s']
  let server = await startHeadrace({ flags })
  let s3 = clientOf(server)
  for (const Bucket of ['logs', 'plain', 'parted', 'quiet']) {
    await s3.send(new CreateBucketCommand({ Bucket }))
  }
  await logTo(s3, 'plain')
  const PartitionedPrefix = { PartitionDateSource: 'EventTime' }
  await logTo(s3, 'parted', { TargetObjectKeyFormat: { PartitionedPrefix } })
  await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a b/ü', Body: 'hello' }))
  const CopySource = `plain/${encodeURIComponent('a b/ü')}`
  await s3.send(new CopyObjectCommand({ Bucket: 'parted', Key: 'c', CopySource }))
  await s3.send(new PutObjectCommand({ Bucket: 'quiet', Key: 'k', Body: 'x' }))
  await expect(s3.send(new GetObjectCommand({ Bucket: 'plain', Key: 'no' }))).rejects.toThrow()
  await expect(s3.send(new ListObjectsV2Command({ Bucket: 'logs' }))).resolves.toMatchObject({
    KeyCount: 0,
  })
  // What a second has kept outlives a kill; a stop keeps the rest.
  expect(await server.stop()).toBe(0)
  server = await startHeadrace({ flags, dataDir: server.dataDir })
  s3 = clientOf(server)
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::logs/*',
    Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy }))
  const timeout = 20_000
  await expect.poll(() => linesUnder(s3, 'plain/'), { timeout }).toHaveLength(3)
  const lines = await linesUnder(s3, 'plain/')
  const put = lines.find((line) => line.includes('REST.PUT.OBJECT'))
  expect(put).toMatch(
    /^[0-9a-f]{64} plain \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] 127\.0\.0\.1 [0-9a-f]{64} \S+ REST\.PUT\.OBJECT a%20b\/%C3%BC "PUT \/plain\/a%20b\/%C3%BC\?x-id=PutObject HTTP\/1\.1" 200 - - 5 \d+ \d+ "-" "aws-sdk-js\/[^"]+" - \S+ SigV4 - AuthHeader 127\.0\.0\.1:\d+ - - -$/,
  )
  expect(lines.find((line) => line.includes('REST.GET.OBJECT'))).toMatch(/ 404 NoSuchKey \d+ - /)
  expect(lines.some((line) => line.includes('REST.PUT.LOGGING_STATUS'))).toBe(true)
  await expect.poll(() => linesUnder(s3, 'parted/'), { timeout }).toHaveLength(2)
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'parted/' }),
  )
  expect(Contents[0]?.Key).toMatch(
    /^parted\/000000000000\/us-east-1\/parted\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\d-00-00-00-[0-9A-F]{16}$/,
  )
  expect(await server.stop()).toBe(0)
})
