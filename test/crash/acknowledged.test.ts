import { randomInt } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateDeliveryStreamCommand,
  FirehoseClient,
  PutRecordBatchCommand,
} from '@aws-sdk/client-firehose'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = 4
const KILL_AFTER_MS = { least: 150, most: 900 }

function clients(server: RunningHeadrace) {
  const config = {
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  return {
    kinesis: new KinesisClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    firehose: new FirehoseClient(config),
  }
}

type Clients = ReturnType<typeof clients>

/** Writes until the server is gone; notes what was acknowledged. */
async function write(
  { kinesis, s3, firehose }: Clients,
  acknowledged: { records: string[]; objects: Map<string, string>; puts: string[] },
  round: number,
): Promise<void> {
  const lines = [
    async (serial: number) => {
      const values = Array.from({ length: 20 }, (_, index) => `r${round}-${serial}-${index}`)
      const answer = await kinesis.send(
        new PutRecordsCommand({
          StreamName: 'kept',
          Records: values.map((value) => ({ PartitionKey: value, Data: Buffer.from(value) })),
        }),
      )
      values.forEach((value, index) => {
        if (answer.Records?.[index]?.ErrorCode === undefined) acknowledged.records.push(value)
      })
    },
    async (serial: number) => {
      const Key = `k${serial % 7}`
      const Body = `object ${round}-${serial} `.repeat(serial % 3 === 0 ? 5000 : 1)
      await s3.send(new PutObjectCommand({ Bucket: 'kept', Key, Body }))
      acknowledged.objects.set(Key, Body)
    },
    async (serial: number) => {
      const value = `p${round}-${serial};`
      await firehose.send(
        new PutRecordBatchCommand({
          DeliveryStreamName: 'kept',
          Records: [{ Data: Buffer.from(value) }],
        }),
      )
      acknowledged.puts.push(value)
    },
  ]
  await Promise.all(
    lines.map(async (line) => {
      for (let serial = 0; ; serial++) {
        try {
          await line(serial)
        } catch (error) {
          // Throttling is an answer; anything else means that the server was killed.
          if ((error as Error).name !== 'ProvisionedThroughputExceededException') return
        }
      }
    }),
  )
}

async function readStream({ kinesis }: Clients): Promise<Set<string>> {
  const found = new Set<string>()
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'kept' }))
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'kept',
        ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    for (;;) {
      const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
      for (const { Data } of answer.Records ?? []) found.add(Buffer.from(Data ?? []).toString())
      ShardIterator = answer.NextShardIterator
      if (!ShardIterator || (answer.MillisBehindLatest === 0 && !answer.Records?.length)) break
    }
  }
  return found
}

async function readDelivered({ s3 }: Clients): Promise<string> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'kept', Prefix: 'delivered/' }),
  )
  const texts = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'kept', Key }))
      return (await Body?.transformToString()) ?? ''
    }),
  )
  return texts.join('')
}

/** Later writes of a key have higher numbers; NaN for text that no writer wrote. */
function orderOf(body: string): number {
  const [, round, serial] = /^object (\d+)-(\d+) /.exec(body) ?? []
  return Number(round) * 1e9 + Number(serial)
}

async function setUp({ kinesis, s3, firehose }: Clients): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: 3 }))
  const status = async () =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'kept' })))
      .StreamDescriptionSummary?.StreamStatus
  await expect.poll(status).toBe('ACTIVE')
  await s3.send(new CreateBucketCommand({ Bucket: 'kept' }))
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'kept',
      ExtendedS3DestinationConfiguration: {
        RoleARN: 'arn:aws:iam::000000000000:role/any',
        BucketARN: 'arn:aws:s3:::kept',
        Prefix: 'delivered/',
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 1 },
      },
    }),
  )
}

test('nothing acknowledged is lost, whenever the server is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const acknowledged = {
    records: [] as string[],
    objects: new Map<string, string>(),
    puts: [] as string[],
  }
  const flags = ['--stream-limits', 'off']
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir, flags })
    const all = clients(server)
    if (round === 0) await setUp(all)
    const writing = write(all, acknowledged, round)
    await new Promise((resolve) => {
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
    })
    await server.kill()
    await writing
  }
  expect(acknowledged.records.length).toBeGreaterThan(0)
  expect(acknowledged.objects.size).toBeGreaterThan(0)
  expect(acknowledged.puts.length).toBeGreaterThan(0)

  const server = await startHeadrace({ dataDir, flags })
  const all = clients(server)
  const inStream = await readStream(all)
  expect(acknowledged.records.filter((record) => !inStream.has(record))).toEqual([])
  for (const [Key, body] of acknowledged.objects) {
    const { Body } = await all.s3.send(new GetObjectCommand({ Bucket: 'kept', Key }))
    const text = (await Body?.transformToString()) ?? ''
    // A later write may have been stored without its answer reaching us; an older one, or a half
    // one, never stands in place of what was acknowledged.
    expect(text.length % (text.indexOf(' ', 7) + 1), `${Key} is whole`).toBe(0)
    expect(orderOf(text), `${Key} is no older than acknowledged`).toBeGreaterThanOrEqual(
      orderOf(body),
    )
  }
  await expect
    .poll(
      async () => {
        const delivered = await readDelivered(all)
        return acknowledged.puts.filter((put) => !delivered.includes(put)).length
      },
      { timeout: 30_000 },
    )
    .toBe(0)
  const delivered = (await readDelivered(all)).split(';').filter((one) => one !== '')
  expect(delivered.length, 'a repeated delivery overwrites itself').toBe(new Set(delivered).size)
  expect(await server.stop()).toBe(0)
})

test('a second server on the same data directory is refused with advice', async () => {
  const server = await startHeadrace()
  await expect(startHeadrace({ dataDir: server.dataDir })).rejects.toThrow(
    /is in use by another Headrace; stop that one, or choose another --data-dir/,
  )
  expect(await server.stop()).toBe(0)
  const again = await startHeadrace({ dataDir: server.dataDir })
  expect(await again.stop()).toBe(0)
})
