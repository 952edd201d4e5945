import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateStreamCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import type { CreateEventSourceMappingCommandInput } from '@aws-sdk/client-lambda'
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { client, clientConfig, fileAccount } from '../../support/client.ts'
import { createFunction } from './functions-for-tests.ts'

const lambda = new LambdaClient({ ...clientConfig(), maxAttempts: 1 })
const kinesis = client(KinesisClient)
const s3 = new S3Client({ ...clientConfig(), forcePathStyle: true })
const logs = client(CloudWatchLogsClient)
const streamArn = (name: string) => `arn:aws:kinesis:us-east-1:${fileAccount()}:stream/${name}`

async function makeStream(StreamName: string, ShardCount = 1): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }))
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 20, minDelay: 1 }, { StreamName })
}

const put = (StreamName: string, texts: string[], key = (text: string) => text) =>
  kinesis.send(
    new PutRecordsCommand({
      StreamName,
      Records: texts.map((text) => ({ Data: Buffer.from(text), PartitionKey: key(text) })),
    }),
  )

const map = (
  stream: string,
  FunctionName: string,
  more: Partial<CreateEventSourceMappingCommandInput> = {},
) =>
  lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: streamArn(stream),
      FunctionName,
      StartingPosition: 'TRIM_HORIZON',
      ...more,
    }),
  )

/** Prints each record's data, as `seen:<data>`. */
const PRINTS = `export const handler = async ({ Records }) => {
  for (const { kinesis } of Records) console.log('seen:' + Buffer.from(kinesis.data, 'base64'))
}`

async function seenBy(name: string): Promise<string[]> {
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'seen' }),
    )
    return events.map(({ message = '' }) => message.trim().split('seen:')[1] ?? '')
  } catch {
    return []
  }
}

const stateOf = async (UUID: string | undefined) =>
  (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State

test('a mapping is shown with its defaults, and brings the records in order', async () => {
  await makeStream('in-order')
  await createFunction('in-order', PRINTS)
  await put('in-order', ['a', 'b', 'c'], () => 'key')
  const made = await map('in-order', 'in-order', { Tags: { team: 'x' } })
  expect(made).toMatchObject({
    UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    EventSourceArn: streamArn('in-order'),
    FunctionArn: `arn:aws:lambda:us-east-1:${fileAccount()}:function:in-order`,
    State: 'Creating',
    StateTransitionReason: 'User action',
    LastProcessingResult: 'No records processed',
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    BisectBatchOnFunctionError: false,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: {} },
    StartingPosition: 'TRIM_HORIZON',
    $metadata: { httpStatusCode: 202 },
  })
  await expect.poll(() => seenBy('in-order'), { timeout: 15_000 }).toEqual(['a', 'b', 'c'])
  expect(await stateOf(made.UUID)).toBe('Enabled')
  await put('in-order', ['d'], () => 'key')
  await expect.poll(() => seenBy('in-order'), { timeout: 15_000 }).toEqual(['a', 'b', 'c', 'd'])
  const shown = await lambda.send(new GetEventSourceMappingCommand({ UUID: made.UUID }))
  expect(shown.LastProcessingResult).toBe('OK')
  const { Tags } = await lambda.send(new ListTagsCommand({ Resource: made.EventSourceMappingArn }))
  expect(Tags).toEqual({ team: 'x' })
  await expect(map('in-order', 'in-order')).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: `The event source arn (" ${streamArn('in-order')} ") and function (" in-order ") provided mapping already exists. Please update or delete the existing mapping with UUID ${made.UUID}`,
  })
})

test('the event has what Lambda puts into it', async () => {
  await makeStream('event')
  await createFunction(
    'event',
    `export const handler = async (event) => console.log('seen:' + JSON.stringify(event))`,
  )
  const { Records } = await put('event', ['x'], () => 'key')
  await map('event', 'event')
  await expect.poll(async () => (await seenBy('event')).length, { timeout: 15_000 }).toBe(1)
  const [text = ''] = await seenBy('event')
  const sequenceNumber = Records?.[0]?.SequenceNumber
  expect(JSON.parse(text)).toEqual({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'key',
          sequenceNumber,
          data: Buffer.from('x').toString('base64'),
          approximateArrivalTimestamp: expect.any(Number),
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/function',
        awsRegion: 'us-east-1',
        eventSourceARN: streamArn('event'),
      },
    ],
  })
})

test('a bad record is cornered and goes to the bucket, the others pass', async () => {
  await makeStream('poison')
  const Bucket = `poison-${fileAccount()}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  await createFunction(
    'poison',
    `export const handler = async ({ Records }) => {
      const texts = Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())
      if (texts.includes('bad')) throw new Error('poisoned')
      for (const text of texts) console.log('seen:' + text)
    }`,
  )
  await put('poison', ['a', 'b', 'bad', 'c', 'd'], () => 'key')
  const { UUID } = await map('poison', 'poison', {
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${Bucket}` } },
  })
  await expect.poll(() => seenBy('poison'), { timeout: 20_000 }).toEqual(['a', 'b', 'c', 'd'])
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(Contents).toHaveLength(1)
  expect(Contents[0]?.Key).toMatch(
    new RegExp(`^aws/lambda/${UUID}/shardId-000000000000/\\d{4}/\\d\\d/\\d\\d/`),
  )
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Contents[0]?.Key }))
  const record = JSON.parse((await Body?.transformToString()) ?? '')
  expect(record).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    KinesisBatchInfo: { batchSize: 1, streamArn: streamArn('poison') },
  })
  const [lost] = JSON.parse(record.payload).Records
  expect(Buffer.from(lost.kinesis.data, 'base64').toString()).toBe('bad')
})

test('records that the function reports as failed are tried again, filtered ones never come', async () => {
  await makeStream('report')
  await createFunction(
    'report',
    `const tried = new Set()
    export const handler = async ({ Records }) => {
      const batchItemFailures = []
      for (const { kinesis } of Records) {
        const { n } = JSON.parse(Buffer.from(kinesis.data, 'base64'))
        if (n === 3 && !tried.has(n)) { tried.add(n); batchItemFailures.push({ itemIdentifier: kinesis.sequenceNumber }); break }
        console.log('seen:' + n)
      }
      return { batchItemFailures }
    }`,
  )
  const numbers = Array.from({ length: 6 }, (_, n) => JSON.stringify({ n }))
  await put('report', ['no json', ...numbers], () => 'key')
  const mapped = await map('report', 'report', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"n":[{"numeric":[">",0]}]}}' }] },
  })
  expect(mapped.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  await expect.poll(() => seenBy('report'), { timeout: 20_000 }).toEqual(['1', '2', '3', '4', '5'])
})

test('a mapping is disabled, enabled again where it was, and deleted', async () => {
  await makeStream('toggle')
  await createFunction('toggle', PRINTS)
  const { UUID } = await map('toggle', 'toggle', { StartingPosition: 'LATEST' })
  await put('toggle', ['1'])
  await expect.poll(() => seenBy('toggle'), { timeout: 15_000 }).toEqual(['1'])
  const update = (more: object) =>
    lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...more }))
  expect((await update({ Enabled: false })).State).toBe('Disabling')
  await expect.poll(() => stateOf(UUID), { timeout: 10_000 }).toBe('Disabled')
  await put('toggle', ['2'])
  expect((await update({ Enabled: true, BatchSize: 7 })).State).toBe('Enabling')
  await expect.poll(() => seenBy('toggle'), { timeout: 15_000 }).toEqual(['1', '2'])
  const { EventSourceMappings } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: streamArn('toggle') }),
  )
  expect(EventSourceMappings).toMatchObject([{ UUID, BatchSize: 7, State: 'Enabled' }])
  expect((await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).State).toBe('Deleting')
  await expect
    .poll(() => stateOf(UUID).catch((error: Error) => error.name), { timeout: 10_000 })
    .toBe('ResourceNotFoundException')
})

test('split and merged shards are read to their end before what they became', async () => {
  await makeStream('reshard')
  await createFunction('reshard', PRINTS)
  await map('reshard', 'reshard')
  const key = () => 'key'
  await put('reshard', ['1', '2'], key)
  const half = (2n ** 127n).toString()
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 'reshard',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: half,
    }),
  )
  await waitUntilStreamExists(
    { client: kinesis, maxWaitTime: 20, minDelay: 1 },
    { StreamName: 'reshard' },
  )
  await put('reshard', ['3', '4'], key)
  await kinesis.send(
    new MergeShardsCommand({
      StreamName: 'reshard',
      ShardToMerge: 'shardId-000000000001',
      AdjacentShardToMerge: 'shardId-000000000002',
    }),
  )
  await waitUntilStreamExists(
    { client: kinesis, maxWaitTime: 20, minDelay: 1 },
    { StreamName: 'reshard' },
  )
  await put('reshard', ['5', '6'], key)
  await expect
    .poll(() => seenBy('reshard'), { timeout: 30_000 })
    .toEqual(['1', '2', '3', '4', '5', '6'])
})

test.each<readonly [string, object, RegExp]>([
  ['no position', { StartingPosition: undefined }, /Value null at 'startingPosition'/],
  ['a stream that is not there', { EventSourceArn: streamArn('absent') }, /^Stream not found: arn/],
  [
    'the stream of another account',
    { EventSourceArn: 'arn:aws:kinesis:us-east-1:999999999999:stream/refusals' },
    /^Stream not found: arn/,
  ],
  ['no source', { EventSourceArn: undefined }, /Unrecognized event source/],
  [
    'a table',
    { EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1' },
    /arn:aws:dynamodb\S+ is not supported by Headrace yet/,
  ],
  ['a function that is not there', { FunctionName: 'absent' }, /Function does not exist/],
  [
    'a tumbling window',
    { TumblingWindowInSeconds: 30 },
    /TumblingWindowInSeconds is not supported/,
  ],
  [
    'a pattern that is none',
    { FilterCriteria: { Filters: [{ Pattern: '{"a":1}' }] } },
    /Invalid filter pattern definition/,
  ],
  ['a batch too large', { BatchSize: 10_001 }, /less than or equal to 10000/],
  ['a window too long', { MaximumBatchingWindowInSeconds: 301 }, /less than or equal to 300/],
  ['too many lanes', { ParallelizationFactor: 11 }, /less than or equal to 10/],
  [
    'a queue for failures',
    { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } },
    /arn:aws:sqs\S+ is invalid/,
  ],
])('%s is refused', async (_name, more, message) => {
  await makeStream('refusals').catch(() => undefined)
  await createFunction('refusals', PRINTS).catch(() => undefined)
  await expect(map('refusals', 'refusals', more)).rejects.toThrow(message)
})
