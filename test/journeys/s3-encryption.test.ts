import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const Bucket = 'lake'
const PART = 5 * 1024 ** 2

function configOf({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return { endpoint, region: 'us-east-1', credentials }
}

const s3Of = (server: RunningHeadrace) =>
  new S3Client({ ...configOf(server), forcePathStyle: true })

/** A body that is full of its mark. */
const bodyOf = (mark: string, sizeBytes: number) => Buffer.alloc(sizeBytes, `${mark};`)

/** Whether any of the marks stands anywhere in the files of the data directory. */
function onDisk<Mark extends string | Buffer>(
  { dataDir }: RunningHeadrace,
  marks: ReadonlyArray<Mark>,
): Mark[] {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
  const found = new Set<Mark>()
  for (const file of files.filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    for (const mark of marks) if (bytes.includes(mark)) found.add(mark)
  }
  return [...found].sort()
}

function customer() {
  const key = randomBytes(32)
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  }
}

async function textOf(s3: S3Client, Key: string, read: object = {}): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...read }))
  return (await Body?.transformToString()) ?? ''
}

async function upload(s3: S3Client, Key: string, write: object, read: object, mark: string) {
  const id = { Bucket, Key }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...id, ...write }))
  const part = async (PartNumber: number, size: number) => {
    const Body = bodyOf(mark, size)
    const request = { ...id, UploadId, PartNumber, Body, ...read }
    return { PartNumber, ETag: (await s3.send(new UploadPartCommand(request))).ETag }
  }
  const Parts = [await part(1, PART), await part(2, 100)]
  const complete = async () => {
    const MultipartUpload = { Parts }
    await s3.send(new CompleteMultipartUploadCommand({ ...id, UploadId, MultipartUpload }))
  }
  return complete
}

test('what was written with encryption is nowhere plain on the disk, and is there after a kill', async () => {
  const first = await startHeadrace()
  const s3 = s3Of(first)
  const mine = customer()
  const kinds = {
    s3: [{ ServerSideEncryption: 'AES256' }, {}],
    kms: [{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/lake' }, {}],
    customer: [mine, mine],
  } as const
  await s3.send(new CreateBucketCommand({ Bucket }))
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'open', Body: bodyOf('open-to-all', 100) }))
  const marks: string[] = []
  const written = new Map<string, { body: string; read: object }>()
  for (const [name, [write, read]] of Object.entries(kinds)) {
    for (const size of [100, 20_000, 300_000]) {
      // Two versions of each: the one that is overwritten lies elsewhere.
      for (const turn of ['older', 'newer']) {
        const mark = `kept-${name}-${size}-${turn}`
        const Body = bodyOf(mark, size)
        marks.push(mark)
        const Key = `${name}/${size}`
        await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...write }))
        written.set(Key, { body: Body.toString(), read })
      }
      const source = Object.fromEntries(
        Object.entries(read).map(([member, value]) => [`CopySource${member}`, value]),
      )
      const copy = { Bucket, Key: `${name}/copy-${size}`, CopySource: `${Bucket}/${name}/${size}` }
      await s3.send(new CopyObjectCommand({ ...copy, ...source, ...write }))
      written.set(copy.Key, written.get(`${name}/${size}`) ?? { body: '', read })
    }
    const mark = `kept-${name}-parts`
    marks.push(mark, `${mark}-open`)
    await (await upload(s3, `${name}/big`, write, read, mark))()
    const body = Buffer.concat([bodyOf(mark, PART), bodyOf(mark, 100)]).toString()
    written.set(`${name}/big`, { body, read })
    // One that stays open: its parts are on the disk, too.
    await upload(s3, `${name}/open`, write, read, `${mark}-open`)
  }
  await first.kill()
  expect(onDisk(first, ['open-to-all', ...marks])).toEqual(['open-to-all'])
  const { SSECustomerKey: key, SSECustomerKeyMD5: md5 } = mine
  expect(
    onDisk(
      first,
      [key, md5].flatMap((text) => [Buffer.from(text), Buffer.from(text, 'base64')]),
    ),
  ).toEqual([])

  const second = await startHeadrace({ dataDir: first.dataDir })
  const again = s3Of(second)
  for (const [key, { body, read }] of written) {
    expect((await textOf(again, key, read)) === body, key).toBe(true)
  }
  expect(await second.stop()).toBe(0)
  expect(first.log() + second.log()).not.toContain(mine.SSECustomerKey)
})

test('queries read enciphered tables, and their results are enciphered; a key of a caller is refused in words', async () => {
  const server = await startHeadrace({ flags: ['--object-encryption', 'on'] })
  const s3 = s3Of(server)
  const athena = new AthenaClient(configOf(server))
  await s3.send(new CreateBucketCommand({ Bucket }))
  const put = (Key: string, Body: string, write: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...write }))

  async function run(QueryString: string) {
    const ResultConfiguration = { OutputLocation: `s3://${Bucket}/results/` }
    const start = new StartQueryExecutionCommand({ QueryString, ResultConfiguration })
    const { QueryExecutionId } = await athena.send(start)
    const ask = async () => {
      const got = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
      return got.QueryExecution?.Status
    }
    await expect.poll(async () => (await ask())?.State).toMatch(/SUCCEEDED|FAILED/)
    const status = await ask()
    if (status?.State === 'FAILED') return status.StateChangeReason
    const results = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
    return results.ResultSet?.Rows?.map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue))
  }

  expect(await put('t/1.csv', 'marked-in-csv,1\n')).toMatchObject({
    ServerSideEncryption: 'AES256',
  })
  await put('t/2.csv', 'b,2\n', { ServerSideEncryption: 'aws:kms' })
  await run(`CREATE EXTERNAL TABLE t (a string, n int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://${Bucket}/t/'`)
  expect(await run('SELECT a, n FROM t ORDER BY n')).toEqual([
    ['a', 'n'],
    ['marked-in-csv', '1'],
    ['b', '2'],
  ])
  expect(
    await run(`CREATE TABLE made WITH (format = 'PARQUET', external_location = 's3://${Bucket}/made/')
      AS SELECT a, n FROM t`),
  ).toEqual([])
  expect(await run('SELECT sum(n) AS n FROM made')).toEqual([['n'], ['3']])
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(Contents.length).toBeGreaterThan(4)
  for (const { Key } of Contents) {
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head.ServerSideEncryption, Key).toMatch(/^(AES256|aws:kms)$/)
  }
  await put('t/3.csv', 'c,3\n', customer())
  expect(await run('SELECT count(*) FROM t')).toContain('t/3.csv')
  expect(await server.stop()).toBe(0)
  expect(onDisk(server, ['marked-in-csv'])).toEqual([])
})

test('with --object-encryption on, every bucket says so, and goes back to it', async () => {
  const server = await startHeadrace({ flags: ['--object-encryption', 'on'] })
  const s3 = s3Of(server)
  await s3.send(new CreateBucketCommand({ Bucket }))
  const rules = async () =>
    (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration
      ?.Rules
  const byDefault = [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
  ]
  expect(await rules()).toEqual(byDefault)
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }]
  const ServerSideEncryptionConfiguration = { Rules }
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }))
  const put = () => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect((await put()).ServerSideEncryption).toBe('aws:kms')
  await s3.send(new DeleteBucketEncryptionCommand({ Bucket }))
  expect(await rules()).toEqual(byDefault)
  expect((await put()).ServerSideEncryption).toBe('AES256')
  expect(await server.stop()).toBe(0)
})
