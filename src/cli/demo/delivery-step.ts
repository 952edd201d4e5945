import { gunzipSync } from 'node:zlib'
import type { ExtendedS3DestinationConfiguration } from '@aws-sdk/client-firehose'
import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
} from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand } from '@aws-sdk/client-glue'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { formatCount } from './display.ts'
import { names, prefixes } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

const BUFFER_SECONDS = 3
const PARTITIONS = 'year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/'

const eventColumns = [
  { Name: 'transaction_id', Type: 'bigint' },
  { Name: 'tx_datetime', Type: 'string' },
  { Name: 'customer_id', Type: 'bigint' },
  { Name: 'terminal_id', Type: 'bigint' },
  { Name: 'tx_amount', Type: 'double' },
  { Name: 'card_number', Type: 'string' },
  { Name: 'email', Type: 'string' },
  { Name: 'is_test', Type: 'boolean' },
  { Name: 'tx_fraud', Type: 'int' },
]

export async function createBucket({ clients }: Pipeline): Promise<void> {
  const create = new CreateBucketCommand({ Bucket: names.bucket })
  await ensure(() => clients.s3.send(create), 'BucketAlreadyOwnedByYou')
}

/** The databases, and the table whose columns the Parquet files get; it also reads all of them without partitions. */
export async function createSchema({ clients }: Pipeline): Promise<void> {
  const { glue } = clients
  const already = 'AlreadyExistsException'
  for (const Name of [names.schemaDatabase, names.database]) {
    await ensure(() => glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } })), already)
  }
  await ensure(
    () =>
      glue.send(
        new CreateTableCommand({
          DatabaseName: names.schemaDatabase,
          TableInput: {
            Name: names.schemaTable,
            TableType: 'EXTERNAL_TABLE',
            Parameters: { classification: 'parquet' },
            StorageDescriptor: {
              Columns: eventColumns,
              Location: `s3://${names.bucket}/${prefixes.events}`,
              InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
              OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
              SerdeInfo: {
                SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
              },
            },
          },
        }),
      ),
    already,
  )
}

/** Two delivery streams from the same source: gzipped JSON as it came, and Parquet. */
export async function createDeliveryStreams(pipeline: Pipeline): Promise<void> {
  const { region, accountId, roleArn } = pipeline
  const transform = `arn:aws:lambda:${region}:${accountId}:function:${names.transformFunction}`
  const shared = {
    RoleARN: roleArn,
    BucketARN: `arn:aws:s3:::${names.bucket}`,
    ErrorOutputPrefix: `${prefixes.errors}!{firehose:error-output-type}/`,
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: 'Lambda' as const,
          Parameters: [
            { ParameterName: 'LambdaArn' as const, ParameterValue: transform },
            { ParameterName: 'BufferSizeInMBs' as const, ParameterValue: '1' },
          ],
        },
      ],
    },
  }
  await createDeliveryStream(pipeline, names.rawDelivery, {
    ...shared,
    Prefix: `${prefixes.raw}${PARTITIONS}`,
    BufferingHints: { SizeInMBs: 16, IntervalInSeconds: BUFFER_SECONDS },
    CompressionFormat: 'GZIP',
  })
  await createDeliveryStream(pipeline, names.eventsDelivery, {
    ...shared,
    Prefix: `${prefixes.events}${PARTITIONS}`,
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: BUFFER_SECONDS },
    DataFormatConversionConfiguration: {
      Enabled: true,
      SchemaConfiguration: {
        DatabaseName: names.schemaDatabase,
        TableName: names.schemaTable,
        RoleARN: roleArn,
      },
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
    },
  })
}

async function createDeliveryStream(
  pipeline: Pipeline,
  name: string,
  destination: ExtendedS3DestinationConfiguration,
): Promise<void> {
  const { clients, region, accountId, roleArn } = pipeline
  await ensure(
    () =>
      clients.firehose.send(
        new CreateDeliveryStreamCommand({
          DeliveryStreamName: name,
          DeliveryStreamType: 'KinesisStreamAsSource',
          KinesisStreamSourceConfiguration: {
            KinesisStreamARN: `arn:aws:kinesis:${region}:${accountId}:stream/${names.stream}`,
            RoleARN: roleArn,
          },
          ExtendedS3DestinationConfiguration: destination,
        }),
      ),
    'ResourceInUseException',
  )
  await waitUntil(pipeline, `delivery stream ${name}`, async () => {
    const answer = await clients.firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
    )
    return answer.DeliveryStreamDescription?.DeliveryStreamStatus === 'ACTIVE' || undefined
  })
}

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
}

export async function listObjects({ clients }: Pipeline, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  let token: string | undefined
  do {
    const page = await clients.s3.send(
      new ListObjectsV2Command({
        Bucket: names.bucket,
        Prefix: prefix,
        ContinuationToken: token,
      }),
    )
    for (const { Key, Size } of page.Contents ?? []) {
      objects.push({ key: Key ?? '', sizeBytes: Size ?? 0 })
    }
    token = page.NextContinuationToken
  } while (token)
  return objects
}

/** What lies in raw/: read back from the bucket, object by object. */
export interface RawLake {
  /** Payments by transaction; a repeated delivery counts once. */
  readonly transactionIds: ReadonlySet<number>
  readonly rowCount: number
  readonly unmaskedCount: number
  readonly fileCount: number
  readonly sizeBytes: number
}

/** Waits until raw/ has as many payments as were acknowledged, reading each new object once. */
export async function waitForRaw(pipeline: Pipeline, expected: number): Promise<RawLake> {
  const read = new Set<string>()
  const transactionIds = new Set<number>()
  let rowCount = 0
  let unmaskedCount = 0
  let sizeBytes = 0
  return waitUntil(
    pipeline,
    `${expected} payments in s3://${names.bucket}/${prefixes.raw}`,
    async () => {
      const fresh = (await listObjects(pipeline, prefixes.raw)).filter(({ key }) => !read.has(key))
      for (const object of fresh) {
        for (const row of await readRows(pipeline, object.key)) {
          rowCount++
          transactionIds.add(row.transaction_id)
          if (!row.card_number.startsWith('*'.repeat(12)) || row.email.includes('@'))
            unmaskedCount++
        }
        read.add(object.key)
        sizeBytes += object.sizeBytes
      }
      pipeline.display.progress(
        `${formatCount(transactionIds.size)} of ${formatCount(expected)} payments in ${read.size} files`,
      )
      if (transactionIds.size < expected) return undefined
      return { transactionIds, rowCount, unmaskedCount, fileCount: read.size, sizeBytes }
    },
    { everyMs: 500, timeoutMs: 300_000 },
  )
}

interface RawRow {
  readonly transaction_id: number
  readonly card_number: string
  readonly email: string
}

async function readRows({ clients }: Pipeline, key: string): Promise<RawRow[]> {
  const object = await clients.s3.send(new GetObjectCommand({ Bucket: names.bucket, Key: key }))
  const zipped = await object.Body?.transformToByteArray()
  return gunzipSync(zipped ?? new Uint8Array())
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RawRow)
}
