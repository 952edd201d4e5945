import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const DAY_MS = 2_000
const Bucket = 'short-days'
let server: RunningHeadrace
let s3: S3Client

async function start(dataDir?: string) {
  const flags = ['--lifecycle-day', `${DAY_MS}ms`]
  server = await startHeadrace({ flags, ...(dataDir && { dataDir }) })
  s3 = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
}

beforeAll(async () => {
  await start()
  await s3.send(new CreateBucketCommand({ Bucket }))
})

afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

async function keys(): Promise<ReadonlyArray<string | undefined>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  return Contents.map(({ Key }) => Key)
}

const put = (Key: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...more }))

test('what rules want is done within days, also over a kill, and to nothing else', async () => {
  await put('raw/old')
  await put('cold/a')
  await put('else')
  await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }))
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'expire',
            Status: 'Enabled',
            Filter: { And: { Prefix: 'raw/', ObjectSizeGreaterThan: 0, ObjectSizeLessThan: 5 } },
            Expiration: { Days: 1 },
          },
          {
            ID: 'cool',
            Status: 'Enabled',
            Filter: { And: { Prefix: 'cold/', ObjectSizeGreaterThan: 0 } },
            Transitions: [{ Days: 0, StorageClass: 'GLACIER' }],
          },
          {
            ID: 'abort',
            Status: 'Enabled',
            Prefix: '',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          },
        ],
      },
    }),
  )
  await server.kill()
  await start(server.dataDir)
  await expect.poll(keys).toEqual(['cold/a', 'else'])
  await expect
    .poll(async () => (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [])
    .toEqual([])
  const head = () => s3.send(new HeadObjectCommand({ Bucket, Key: 'cold/a' }))
  await expect.poll(async () => (await head()).StorageClass).toBe('GLACIER')
})

test('of versions only those go that rules name, and a locked one stays', async () => {
  const VersionedBucket = 'short-days-of-versions'
  await s3.send(
    new CreateBucketCommand({ Bucket: VersionedBucket, ObjectLockEnabledForBucket: true }),
  )
  const write = (Key: string, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket: VersionedBucket, Key, Body: 'body', ...more }))
  const held = await write('log', { ObjectLockLegalHoldStatus: 'ON' })
  await write('log')
  const kept = await write('log')
  const newest = await write('log')
  await write('old')
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: VersionedBucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'versions',
            Status: 'Enabled',
            Filter: { Prefix: 'log' },
            NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 },
          },
          {
            ID: 'old',
            Status: 'Enabled',
            Filter: { Prefix: 'old' },
            Expiration: { Days: 1 },
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ],
      },
    }),
  )
  const left = async () => {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: VersionedBucket }))
    const { Versions = [], DeleteMarkers = [] } = page
    return [...Versions, ...DeleteMarkers].map(({ VersionId }) => VersionId)
  }
  const wanted = [newest, kept, held].map(({ VersionId }) => VersionId)
  await expect.poll(left, { timeout: 30_000 }).toEqual(wanted)
})

test('a restored copy is there for its days and gone after them', async () => {
  const id = { Bucket, Key: 'archived' }
  await put('archived', { StorageClass: 'GLACIER' })
  const RestoreRequest = { Days: 3, GlacierJobParameters: { Tier: 'Expedited' as const } }
  await s3.send(new RestoreObjectCommand({ ...id, RestoreRequest }))
  const read = async () => {
    try {
      return await (await s3.send(new GetObjectCommand(id))).Body?.transformToString()
    } catch (error) {
      return (error as Error).name
    }
  }
  await expect.poll(read).toBe('body')
  const { Restore, StorageClass } = await s3.send(new HeadObjectCommand(id))
  expect(Restore).toMatch(/^ongoing-request="false", expiry-date="/)
  expect(StorageClass).toBe('GLACIER')
  const again = await s3.send(new RestoreObjectCommand({ ...id, RestoreRequest }))
  expect(again.$metadata.httpStatusCode).toBe(200)
  await expect.poll(read).toBe('InvalidObjectState')
  await expect.poll(async () => (await s3.send(new HeadObjectCommand(id))).Restore).toBeUndefined()
})
