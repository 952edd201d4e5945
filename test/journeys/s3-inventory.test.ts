import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { InventoryConfiguration } from '@aws-sdk/client-s3'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketInventoryConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  SelectObjectContentCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

let server: RunningHeadrace
let s3: S3Client

beforeAll(async () => {
  server = await startHeadrace({ flags: ['--lifecycle-day', '12s'] })
  s3 = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  for (const Bucket of ['source', 'lists']) await s3.send(new CreateBucketCommand({ Bucket }))
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::lists/*',
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::source' } },
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'lists', Policy }))
  const versioning = { Bucket: 'source', VersioningConfiguration: { Status: 'Enabled' as const } }
  await s3.send(new PutBucketVersioningCommand(versioning))
  const put = (Key: string, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: 'source', Key, Body }))
  await put('a "b"/ü', '1')
  await put('a "b"/ü', '22')
  await put('gone', '333')
  await s3.send(new DeleteObjectCommand({ Bucket: 'source', Key: 'gone' }))
})

afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

async function bytesOf(Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lists', Key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

async function start(Id: string, more: Partial<InventoryConfiguration>, Format: 'CSV' | 'Parquet') {
  const S3BucketDestination = { Bucket: 'arn:aws:s3:::lists', Prefix: 'inv', Format }
  const configuration: InventoryConfiguration = {
    Id,
    IsEnabled: true,
    IncludedObjectVersions: 'Current',
    Schedule: { Frequency: 'Daily' },
    Destination: { S3BucketDestination },
    ...more,
  }
  const input = { Bucket: 'source', Id, InventoryConfiguration: configuration }
  await s3.send(new PutBucketInventoryConfigurationCommand(input))
}

/** The manifest of the first inventory that is there whole. */
async function manifestOf(id: string) {
  const Prefix = `inv/source/${id}/`
  const find = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'lists', Prefix }))
    return Contents.map(({ Key = '' }) => Key).find((key) => key.endsWith('manifest.checksum'))
  }
  await expect.poll(find, { timeout: 30_000 }).toBeDefined()
  const sumKey = (await find()) ?? ''
  expect(sumKey).toMatch(/\/\d{4}-\d\d-\d\dT\d\d-\d\dZ\/manifest\.checksum$/)
  const bytes = await bytesOf(sumKey.replace('.checksum', '.json'))
  const sum = createHash('md5').update(bytes).digest('hex')
  expect((await bytesOf(sumKey)).toString()).toBe(sum)
  return JSON.parse(bytes.toString()) as {
    readonly fileSchema: string
    readonly files: ReadonlyArray<{ key: string; size: number; MD5checksum: string }>
  }
}

test('an inventory of all versions comes as CSV, with a manifest that sums it up', async () => {
  await start(
    'versions',
    {
      IncludedObjectVersions: 'All',
      OptionalFields: ['Size', 'StorageClass', 'IsMultipartUploaded'],
    },
    'CSV',
  )
  const { files, ...manifest } = await manifestOf('versions')
  expect(manifest).toMatchObject({
    sourceBucket: 'source',
    destinationBucket: 'arn:aws:s3:::lists',
    version: '2016-11-30',
    fileFormat: 'CSV',
    fileSchema:
      'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass, IsMultipartUploaded',
  })
  expect(files).toHaveLength(1)
  const bytes = await bytesOf(files[0]?.key ?? '')
  expect(files[0]).toMatchObject({
    size: bytes.length,
    MD5checksum: createHash('md5').update(bytes).digest('hex'),
  })
  const rows = gunzipSync(bytes)
    .toString()
    .replace(/"[\w-]{32}"/g, '"v"')
  const key = 'a+%22b%22/%C3%BC'
  expect(rows.split('\n')).toEqual([
    `"source","${key}","v","true","false","2","STANDARD","false"`,
    `"source","${key}","v","false","false","1","STANDARD","false"`,
    '"source","gone","v","true","true","","",""',
    '"source","gone","v","false","false","3","STANDARD","false"',
    '',
  ])
})

test('an inventory of the objects comes as Parquet that can be selected from', async () => {
  await start('objects', { OptionalFields: ['LastModifiedDate', 'Size'] }, 'Parquet')
  const { files, fileSchema } = await manifestOf('objects')
  expect(fileSchema).toBe(
    'message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); optional int64 size; optional int64 last_modified_date (TIMESTAMP_MILLIS); }',
  )
  const { Payload } = await s3.send(
    new SelectObjectContentCommand({
      Bucket: 'lists',
      Key: files[0]?.key,
      ExpressionType: 'SQL',
      Expression: 'SELECT s.key, s.size FROM S3Object s',
      InputSerialization: { Parquet: {} },
      OutputSerialization: { JSON: {} },
    }),
  )
  const texts: string[] = []
  for await (const { Records } of Payload ?? []) {
    if (Records?.Payload) texts.push(Buffer.from(Records.Payload).toString())
  }
  expect(texts.join('')).toBe('{"key":"a \\"b\\"/ü","size":2}\n')
})
