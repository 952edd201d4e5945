import { gunzipSync } from 'node:zlib'
import type { CreateChannelCommandInput } from '@aws-sdk/client-kinesis'
import {
  CreateChannelCommand,
  CreateStreamCommand,
  DeleteChannelCommand,
  DeleteStreamCommand,
  DescribeChannelCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  PutRecordCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateChannelCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { kinesisClient, newStream, streamArn } from '../kinesis/kinesis-client.ts'

const kinesis = kinesisClient({ maxAttempts: 1 })
/** Writes as fast as the shards let it. */
const patient = kinesisClient({ maxAttempts: 20 })
const s3 = client(S3Client, { forcePathStyle: true } as object)
const onDemand = { StreamModeDetails: { StreamMode: 'ON_DEMAND' as const } }
const bucketName = () => `channels-${fileAccount()}`
const bucket = (name = bucketName()) => ({
  BucketARN: `arn:aws:s3:::${name}`,
  ExpectedBucketOwner: fileAccount(),
})

type Destination = NonNullable<CreateChannelCommandInput['S3DestinationConfiguration']>
type Storage = Partial<Destination['StorageConfiguration']>

function inputOf(
  stream: string,
  change: Partial<CreateChannelCommandInput> = {},
  destination: Partial<Destination> = {},
  storage: Storage = {},
): CreateChannelCommandInput {
  return {
    ChannelName: `of-${stream}`,
    ServiceExecutionRoleARN: `arn:aws:iam::${fileAccount()}:role/delivery`,
    StreamConfigurationList: [configOf(stream)],
    S3DestinationConfiguration: {
      ...destination,
      StorageConfiguration: { ...bucket(), CompressionType: 'NONE', ...storage },
    },
    ...change,
  }
}

function configOf(stream: string, RecordFormatType: 'JSON' | 'GSR_JSON' = 'JSON') {
  return { StreamARN: streamArn(stream), RecordConfiguration: { RecordFormatType } }
}

async function create(input: CreateChannelCommandInput) {
  const { ChannelDescription } = await kinesis.send(new CreateChannelCommand(input))
  if (!ChannelDescription) throw new Error('no description')
  return ChannelDescription
}

async function describeChannel(ChannelARN: string | undefined) {
  const answer = await kinesis.send(new DescribeChannelCommand({ ChannelARN }))
  return answer.ChannelDescription
}

async function untilStatus(ChannelARN: string | undefined, status: string) {
  await expect
    .poll(async () => (await describeChannel(ChannelARN))?.ChannelStatus, { timeout: 20_000 })
    .toBe(status)
}

async function remove(ChannelARN: string | undefined) {
  await kinesis.send(new DeleteChannelCommand({ ChannelARN }))
  await expect
    .poll(() => describeChannel(ChannelARN).catch((error) => error.name), { timeout: 20_000 })
    .toBe('ResourceNotFoundException')
}

async function linesUnder(Prefix: string): Promise<{ keys: string[]; lines: string[] }> {
  const Bucket = bucketName()
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  const keys = Contents.map(({ Key }) => Key ?? '')
  const lines: string[] = []
  for (const Key of keys) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
    const text = (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    lines.push(...text.split('\n').filter(Boolean))
  }
  return { keys, lines }
}

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucketName() }))
})

test('records arrive as a gzipped object, and what is not JSON with the dead letters', async () => {
  const stream = await newStream(kinesis, onDemand)
  const { ChannelARN, ChannelId, ChannelName } = await create(
    inputOf(stream, {}, {}, { CompressionType: 'GZIP', StorageClass: 'INTELLIGENT_TIERING' }),
  )
  await untilStatus(ChannelARN, 'ACTIVE')
  const pad = 'x'.repeat(850_000)
  for (let n = 0; n < 10; n++) {
    const Data = Buffer.from(n === 4 ? `{"n":4,${pad}` : JSON.stringify({ n, pad }))
    const ExplicitHashKey = String((BigInt(n % 4) << 126n) + 1n)
    await patient.send(
      new PutRecordCommand({ StreamName: stream, PartitionKey: `${n}`, ExplicitHashKey, Data }),
    )
  }
  const prefix = `kinesis-channel/${ChannelName}/${ChannelId}/`
  await expect.poll(async () => (await linesUnder(prefix)).keys.length, { timeout: 30_000 }).toBe(1)
  const { keys, lines } = await linesUnder(prefix)
  expect(keys[0]).toMatch(/\/\d{4}\/\d\d\/\d\d\/\d\d\/of-stream-.*-[0-9a-f]{32}\.json\.gz$/)
  expect(lines.map((line) => JSON.parse(line).n).sort()).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9])
  const listing = await s3.send(new ListObjectsV2Command({ Bucket: bucketName(), Prefix: prefix }))
  expect(listing.Contents?.[0]?.StorageClass).toBe('INTELLIGENT_TIERING')
  const errors = `kinesis-channel/errors/${ChannelName}/${ChannelId}/`
  await expect
    .poll(async () => (await linesUnder(errors)).lines.length, { timeout: 10_000 })
    .toBe(1)
  const [letter = ''] = (await linesUnder(errors)).lines
  expect(JSON.parse(letter)).toMatchObject({ errorCode: 'InvalidJson', partitionKey: '4' })
  await remove(ChannelARN)
})

describe('a channel', () => {
  test('is described with the defaults of what was not given, listed, updated and deleted', async () => {
    const stream = await newStream(kinesis, onDemand)
    const made = await create(inputOf(stream, { Tags: { team: 'lake' } }))
    const { ChannelARN, ChannelId, ChannelName } = made
    expect(ChannelARN).toBe(`arn:aws:kinesis:us-east-1:${fileAccount()}:channel/${ChannelId}`)
    expect(made).toMatchObject({
      ChannelStatus: 'CREATING',
      S3DestinationConfiguration: {
        DataFreshnessInSeconds: 300,
        DeadLetterQueueS3Configuration: {
          ...bucket(),
          ErrorOutputPrefix: `kinesis-channel/errors/${ChannelName}/${ChannelId}/`,
        },
        StorageConfiguration: { ...bucket(), StorageClass: 'STANDARD', CompressionType: 'NONE' },
      },
      LoggingConfiguration: { CloudWatchLogs: { Enabled: false } },
    })
    await untilStatus(ChannelARN, 'ACTIVE')

    const StreamFilter = [{ StreamARN: streamArn(stream) }]
    const { ChannelSummaries } = await kinesis.send(new ListChannelsCommand({ StreamFilter }))
    expect(ChannelSummaries).toMatchObject([
      { ChannelARN, ChannelDestinationType: 'S3', Streams: [{ StreamARN: streamArn(stream) }] },
    ])

    const updated = await kinesis.send(
      new UpdateChannelCommand({
        ChannelARN,
        S3DestinationConfiguration: { DataFreshnessInSeconds: 900 },
        LoggingConfiguration: { CloudWatchLogs: { Enabled: true } },
      }),
    )
    expect(updated.ChannelDescription?.ChannelStatus).toBe('UPDATING')
    await untilStatus(ChannelARN, 'ACTIVE')
    expect(await describeChannel(ChannelARN)).toMatchObject({
      S3DestinationConfiguration: { DataFreshnessInSeconds: 900 },
      LoggingConfiguration: {
        CloudWatchLogs: {
          LogGroupName: `/aws/kinesis/${ChannelName}/${ChannelId}`,
          LogStreamName: 'DestinationDelivery',
        },
      },
    })

    await expect(
      kinesis.send(new DeleteStreamCommand({ StreamName: stream })),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await remove(ChannelARN)
    await kinesis.send(new DeleteStreamCommand({ StreamName: stream }))
  })

  test('has tags like a stream', async () => {
    const stream = await newStream(kinesis, onDemand)
    const { ChannelARN: ResourceARN } = await create(inputOf(stream, { Tags: { a: '1' } }))
    await untilStatus(ResourceARN, 'ACTIVE')
    await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { b: '2' } }))
    await kinesis.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }))
    const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }))
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }])
    await remove(ResourceARN)
  })

  test('is FAILED with the reason when its bucket does not exist, and can be deleted then', async () => {
    const stream = await newStream(kinesis, onDemand)
    const { ChannelARN } = await create(inputOf(stream, {}, {}, bucket('no-such-bucket-here')))
    await untilStatus(ChannelARN, 'FAILED')
    const description = await describeChannel(ChannelARN)
    expect(description?.ChannelStatusReason).toBe('The bucket no-such-bucket-here does not exist.')
    await expect(
      kinesis.send(
        new UpdateChannelCommand({
          ChannelARN,
          S3DestinationConfiguration: { DataFreshnessInSeconds: 300 },
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await remove(ChannelARN)
  })

  test('is the only one of its name and of its stream', async () => {
    const stream = await newStream(kinesis, onDemand)
    const other = await newStream(kinesis, onDemand)
    const { ChannelARN, ChannelName } = await create(inputOf(stream))
    await expect(create(inputOf(stream, { ChannelName: 'another' }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    })
    await expect(create(inputOf(other, { ChannelName }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    })
    await remove(ChannelARN)
  })

  test('is listed in pages', async () => {
    const streams = [await newStream(kinesis, onDemand), await newStream(kinesis, onDemand)]
    const arns: (string | undefined)[] = []
    for (const stream of streams) arns.push((await create(inputOf(stream))).ChannelARN)
    const StreamFilter = streams.map((stream) => ({ StreamARN: streamArn(stream) }))
    const first = await kinesis.send(new ListChannelsCommand({ StreamFilter, MaxResults: 1 }))
    const { NextToken } = first
    const second = await kinesis.send(new ListChannelsCommand({ StreamFilter, NextToken }))
    expect(second.NextToken).toBeUndefined()
    const found = [...(first.ChannelSummaries ?? []), ...(second.ChannelSummaries ?? [])]
    expect(found.map(({ ChannelARN }) => ChannelARN).sort()).toEqual([...arns].sort())
    for (const arn of arns) await remove(arn)
  })
})

describe('CreateChannel refuses', () => {
  const stream = 'of-refusals'
  beforeAll(async () => {
    await kinesis.send(new CreateStreamCommand({ StreamName: stream, ...onDemand }))
  })
  const good = (seconds: number) => inputOf(stream, {}, { DataFreshnessInSeconds: seconds })

  test.each<[string, () => CreateChannelCommandInput, string]>([
    ['a freshness of 299 seconds', () => good(299), 'InvalidArgumentException'],
    ['a freshness of 901 seconds', () => good(901), 'InvalidArgumentException'],
    [
      'two streams',
      () => inputOf(stream, { StreamConfigurationList: [configOf(stream), configOf(stream)] }),
      'InvalidArgumentException',
    ],
    [
      'GSR_JSON',
      () => inputOf(stream, { StreamConfigurationList: [configOf(stream, 'GSR_JSON')] }),
      'InvalidArgumentException',
    ],
    [
      'ZSTD',
      () => inputOf(stream, {}, {}, { CompressionType: 'ZSTD' }),
      'InvalidArgumentException',
    ],
    [
      'the bucket of another account',
      () => inputOf(stream, {}, {}, { ExpectedBucketOwner: '999999999999' }),
      'InvalidArgumentException',
    ],
    [
      'an unknown variable in the key template',
      () => inputOf(stream, {}, {}, { OutputKeyTemplate: 'a/!{shard}' }),
      'InvalidArgumentException',
    ],
    [
      'a key template that ends with a slash',
      () => inputOf(stream, {}, {}, { OutputKeyTemplate: '!{yyyy}/' }),
      'InvalidArgumentException',
    ],
    ['a stream that is not there', () => inputOf('nowhere'), 'ResourceNotFoundException'],
    [
      'no destination',
      () => inputOf(stream, { S3DestinationConfiguration: undefined }),
      'InvalidArgumentException',
    ],
  ])('%s', async (_what, input, name) => {
    await expect(create(input())).rejects.toMatchObject({ name })
  })

  test('a provisioned stream', async () => {
    const provisioned = await newStream(kinesis)
    await expect(create(inputOf(provisioned))).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })

  test('tables and encryption by their names', async () => {
    const EncryptionConfiguration = { EncryptionType: 'KMS' as const, KeyId: 'alias/mine' }
    await expect(create(inputOf(stream, { EncryptionConfiguration }))).rejects.toThrow(
      'EncryptionConfiguration',
    )
  })
})

test('a channel that is not there is not found by any operation', async () => {
  const ChannelARN = `arn:aws:kinesis:us-east-1:${fileAccount()}:channel/nobody`
  const S3DestinationConfiguration = { DataFreshnessInSeconds: 300 }
  for (const sent of [
    kinesis.send(new DescribeChannelCommand({ ChannelARN })),
    kinesis.send(new DeleteChannelCommand({ ChannelARN })),
    kinesis.send(new UpdateChannelCommand({ ChannelARN, S3DestinationConfiguration })),
  ]) {
    await expect(sent).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  }
})
