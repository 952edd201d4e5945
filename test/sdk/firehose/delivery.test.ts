import { gunzipSync } from 'node:zlib'
import type { CreateDeliveryStreamCommandInput } from '@aws-sdk/client-firehose'
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { client, newAccount } from '../../support/client.ts'
import { aggregate } from '../../support/kpl-aggregate.ts'

const account = newAccount()
const firehose = client(FirehoseClient, { account })
const s3 = client(S3Client, { account, forcePathStyle: true } as object)
const bucket = `lake-${account}`
const RoleARN = `arn:aws:iam::${account}:role/delivery`
const BucketARN = `arn:aws:s3:::${bucket}`

type Destination = CreateDeliveryStreamCommandInput['ExtendedS3DestinationConfiguration']

async function create(
  name: string,
  destination: Partial<Destination>,
  change: Partial<CreateDeliveryStreamCommandInput> = {},
) {
  return firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: {
        RoleARN,
        BucketARN,
        Prefix: `${name}/`,
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 1 },
        ...destination,
      },
      ...change,
    }),
  )
}

function put(name: string, values: ReadonlyArray<unknown>) {
  const Records = values.map((value) => ({
    Data: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  }))
  return firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: name, Records }))
}

async function keys(prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  )
  return Contents.map(({ Key }) => Key ?? '')
}

async function content(prefix: string): Promise<string> {
  const parts: string[] = []
  for (const Key of await keys(prefix)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
    parts.push((Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
  }
  return parts.join('')
}

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
})

describe('direct puts', () => {
  test('arrive in S3 in their order, under the default time folders', async () => {
    await create('plain', {})
    const answer = await put('plain', ['a', 'b', 'c'])
    expect(answer.FailedPutCount).toBe(0)
    expect(answer.RequestResponses?.length).toBe(3)
    await firehose.send(
      new PutRecordCommand({ DeliveryStreamName: 'plain', Record: { Data: Buffer.from('d') } }),
    )
    await expect.poll(() => content('plain/'), { timeout: 20_000 }).toBe('abcd')
    const [key] = await keys('plain/')
    expect(key).toMatch(/^plain\/\d{4}\/\d\d\/\d\d\/\d\d\/plain-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}$/)
  })

  test('are gzipped, parted by prefix expressions, and end with new lines when asked', async () => {
    await create('zipped', {
      Prefix: 'zipped/year=!{timestamp:yyyy}/',
      ErrorOutputPrefix: 'zipped-errors/!{firehose:error-output-type}/',
      CompressionFormat: 'GZIP',
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'AppendDelimiterToRecord',
            Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
          },
        ],
      },
    })
    await put('zipped', ['one', 'two'])
    await expect.poll(() => content('zipped/'), { timeout: 20_000 }).toBe('one\ntwo\n')
    const [key] = await keys('zipped/')
    expect(key).toMatch(/^zipped\/year=\d{4}\/zipped-1-.*\.gz$/)
  })

  test.each([
    ['an unknown stream', 'nobody', ['x'], 'ResourceNotFoundException'],
    ['501 records', 'plain', new Array(501).fill('x'), 'ValidationException'],
    ['a record of 1,024,001 bytes', 'plain', ['x'.repeat(1_024_001)], 'ValidationException'],
    [
      'a batch over 4 MiB',
      'plain',
      new Array(5).fill('x'.repeat(1_000_000)),
      'InvalidArgumentException',
    ],
  ])('%s is refused', async (_what, name, values, code) => {
    await expect(put(name, values)).rejects.toMatchObject({ name: code })
  })

  test('records at the limits are taken', async () => {
    await create('limits', {})
    await expect(put('limits', ['x'.repeat(1_024_000)])).resolves.toMatchObject({
      FailedPutCount: 0,
    })
    await expect(put('limits', new Array(500).fill('x'))).resolves.toMatchObject({
      FailedPutCount: 0,
    })
  })
})

test('a Lambda transform drops, changes and fails records, and the failed ones are kept', async () => {
  const code = `exports.handler = async ({ records }) => ({
    records: records.map(({ recordId, data }) => {
      const text = Buffer.from(data, 'base64').toString()
      if (text === 'drop') return { recordId, result: 'Dropped' }
      if (text === 'fail') return { recordId, result: 'ProcessingFailed', data }
      return { recordId, result: 'Ok', data: Buffer.from(text.toUpperCase() + '\\n').toString('base64') }
    }),
  })`
  const lambda = client(LambdaClient, { account })
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'upper',
      Role: RoleARN,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': Buffer.from(code) }) },
    }),
  )
  await create('changed', {
    ErrorOutputPrefix: 'changed-errors/',
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: 'Lambda',
          Parameters: [{ ParameterName: 'LambdaArn', ParameterValue: FunctionArn }],
        },
      ],
    },
    S3BackupMode: 'Enabled',
    S3BackupConfiguration: { RoleARN, BucketARN, Prefix: 'changed-source/' },
  })
  await put('changed', ['a', 'drop', 'fail', 'b'])
  await expect.poll(() => content('changed/'), { timeout: 30_000 }).toBe('A\nB\n')
  await expect.poll(() => content('changed-source/')).toBe('adropfailb')
  const failed = JSON.parse(await content('changed-errors/processing-failed/'))
  expect(failed).toMatchObject({
    attemptsMade: 1,
    errorCode: 'Lambda.ProcessingFailedStatus',
    rawData: Buffer.from('fail').toString('base64'),
    lambdaArn: FunctionArn,
  })
})

test('a stream is delivered as Parquet by the schema of a Glue table, misfits apart', async () => {
  const glue = client(GlueClient, { account })
  const kinesis = client(KinesisClient, { account })
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'web' } }))
  await glue.send(
    new CreateTableCommand({
      DatabaseName: 'web',
      TableInput: {
        Name: 'clicks',
        StorageDescriptor: {
          Location: `s3://${bucket}/clicks/`,
          Columns: [
            { Name: 'user_id', Type: 'bigint' },
            { Name: 'page', Type: 'string' },
          ],
        },
      },
    }),
  )
  await kinesis.send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount: 2 }))
  const KinesisStreamARN = `arn:aws:kinesis:us-east-1:${account}:stream/clicks`
  await create(
    'clicks',
    {
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 1 },
      ErrorOutputPrefix: 'clicks-errors/',
      DataFormatConversionConfiguration: {
        SchemaConfiguration: { DatabaseName: 'web', TableName: 'clicks', RoleARN },
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
        OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
      },
    },
    {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN, RoleARN },
    },
  )
  const values = ['{"user_id": 1, "page": "/a"}', '{"USER_ID": 2}', 'no json', '{"user_id": "x"}']
  await kinesis.send(
    new PutRecordsCommand({
      StreamName: 'clicks',
      Records: values.map((value, index) => ({
        PartitionKey: String(index),
        Data: Buffer.from(value),
      })),
    }),
  )
  await expect.poll(() => keys('clicks/'), { timeout: 30_000 }).not.toEqual([])
  for (const key of await keys('clicks/')) expect(key).toMatch(/\.parquet$/)
  const errors = async () =>
    (await content('clicks-errors/format-conversion-failed/'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Buffer.from(JSON.parse(line).rawData, 'base64').toString())
      .sort()
  await expect.poll(errors, { timeout: 20_000 }).toEqual(['no json', '{"user_id": "x"}'].sort())
})

test('aggregates of the Kinesis Producer Library are taken apart, broken ones delivered as they are', async () => {
  const kinesis = client(KinesisClient, { account })
  await kinesis.send(new CreateStreamCommand({ StreamName: 'aggregated', ShardCount: 1 }))
  const KinesisStreamARN = `arn:aws:kinesis:us-east-1:${account}:stream/aggregated`
  await create(
    'taken-apart',
    {},
    {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN, RoleARN },
    },
  )
  const inside = ['one\n', 'two\n', 'three\n'].map((text) => {
    return { partitionKey: text, data: Buffer.from(text) }
  })
  const whole = aggregate(inside)
  const broken = Buffer.from(whole)
  broken.writeUInt8(broken.readUInt8(30) ^ 1, 30)
  const put = [whole, Buffer.from('four\n'), broken, whole]
  await kinesis.send(
    new PutRecordsCommand({
      StreamName: 'aggregated',
      Records: put.map((Data) => ({ PartitionKey: 'k', Data })),
    }),
  )
  const apart = 'one\ntwo\nthree\n'
  const expected = `${apart}four\n${broken.toString()}${apart}`
  await expect.poll(() => content('taken-apart/'), { timeout: 30_000 }).toBe(expected)
})

describe('a delivery stream', () => {
  test('is described as it was made, and versions count its changes', async () => {
    await create('described', { CompressionFormat: 'GZIP' }, { Tags: [{ Key: 'a', Value: '1' }] })
    const { DeliveryStreamDescription: before } = await firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'described' }),
    )
    expect(before).toMatchObject({
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      VersionId: '1',
      Destinations: [
        {
          DestinationId: 'destinationId-000000000001',
          ExtendedS3DestinationDescription: {
            CompressionFormat: 'GZIP',
            BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 1 },
          },
        },
      ],
    })
    const update = (version: string) =>
      firehose.send(
        new UpdateDestinationCommand({
          DeliveryStreamName: 'described',
          CurrentDeliveryStreamVersionId: version,
          DestinationId: 'destinationId-000000000001',
          ExtendedS3DestinationUpdate: { CompressionFormat: 'UNCOMPRESSED' },
        }),
      )
    await update('1')
    await expect(update('1')).rejects.toMatchObject({ name: 'ConcurrentModificationException' })
    const { DeliveryStreamDescription: after } = await firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'described' }),
    )
    expect(after?.VersionId).toBe('2')
    expect(after?.Destinations?.[0]?.ExtendedS3DestinationDescription?.CompressionFormat).toBe(
      'UNCOMPRESSED',
    )
  })

  test('is tagged, listed, and gone once deleted', async () => {
    const DeliveryStreamName = 'described'
    await firehose.send(
      new TagDeliveryStreamCommand({ DeliveryStreamName, Tags: [{ Key: 'b', Value: '2' }] }),
    )
    await firehose.send(new UntagDeliveryStreamCommand({ DeliveryStreamName, TagKeys: ['a'] }))
    const { Tags } = await firehose.send(
      new ListTagsForDeliveryStreamCommand({ DeliveryStreamName }),
    )
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }])
    const listed = await firehose.send(new ListDeliveryStreamsCommand({ Limit: 1 }))
    expect(listed.HasMoreDeliveryStreams).toBe(true)
    await firehose.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }))
    await expect(
      firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  test('has a name that is taken once', async () => {
    await expect(create('plain', {})).rejects.toMatchObject({ name: 'ResourceInUseException' })
  })

  test.each([
    ['Prefix', { Prefix: '!{partitionKeyFromQuery:x}/' }, /dynamic partitioning/],
    [
      'compression',
      { CompressionFormat: 'Snappy' as const },
      /CompressionFormat Snappy is not supported/,
    ],
    [
      'dynamic partitioning',
      { DynamicPartitioningConfiguration: { Enabled: true } },
      /DynamicPartitioningConfiguration/,
    ],
    [
      'a small buffer with conversion',
      {
        DataFormatConversionConfiguration: {
          SchemaConfiguration: { DatabaseName: 'web', TableName: 'clicks' },
          OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
        },
      },
      /at least 64/,
    ],
  ])('refuses %s by name', async (_what, destination, message) => {
    await expect(create('refused', destination)).rejects.toThrow(message)
  })

  test('refuses destinations that are not built, by name', async () => {
    await expect(
      firehose.send(
        new CreateDeliveryStreamCommand({
          DeliveryStreamName: 'http',
          HttpEndpointDestinationConfiguration: {
            EndpointConfiguration: { Url: 'https://example.com' },
            S3Configuration: { RoleARN, BucketARN },
          },
        }),
      ),
    ).rejects.toThrow(/HttpEndpointDestinationConfiguration/)
  })
})

test('a stream of another account is no source, whatever its policy says', async () => {
  const KinesisStreamARN = `arn:aws:kinesis:us-east-1:${newAccount()}:stream/theirs`
  const source = {
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: { KinesisStreamARN, RoleARN },
  } as const
  await expect(create('from-others', {}, source)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message: `The stream ${KinesisStreamARN} is not one of this account and region.`,
  })
})
