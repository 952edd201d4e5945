import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { BadInputServer } from '../support/bad-input.ts'
import { startForBadInput } from '../support/bad-input.ts'
import type { Lake } from '../support/lake.ts'
import { createLake } from '../support/lake.ts'

/** Functions that crash, hang and choke on a record: what is good beside them goes on. */

let server: BadInputServer
let lake: Lake
let lambda: LambdaClient

beforeAll(async () => {
  server = await startForBadInput()
  lake = await createLake(server)
  lambda = new LambdaClient(server.config)
})

beforeEach(() => () => server.expectAlive())

afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

async function makeFunction(FunctionName: string, source: string, more = {}): Promise<string> {
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: lake.RoleARN,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(source) }) },
      ...more,
    }),
  )
  return FunctionArn
}

async function invoke(FunctionName: string, payload = '{}') {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(payload) }),
  )
  return { FunctionError, ...JSON.parse(Buffer.from(Payload ?? []).toString()) }
}

const CRASH = 'if (event.crash) process.exit(3); '
const HANG = 'if (event.hang) for (;;); '
const handler = (body: string) => `export const handler = async (event) => { ${body} }`

test('a function that crashes or hangs says so, and its next invocation works', async () => {
  await makeFunction('fragile', handler(`${CRASH}${HANG}return { pid: process.pid }`), {
    Timeout: 1,
  })
  const { pid } = await invoke('fragile')
  expect(pid).toBeGreaterThan(0)
  expect(await invoke('fragile', '{"crash": true}')).toMatchObject({
    FunctionError: 'Unhandled',
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('exit status 3'),
  })
  expect((await invoke('fragile')).pid).not.toBe(pid)
  expect(await invoke('fragile', '{"hang": true}')).toMatchObject({
    FunctionError: 'Unhandled',
    errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
  })
  expect((await invoke('fragile')).pid).toBeGreaterThan(0)
})

test('a function whose code does not parse says where', async () => {
  await makeFunction('unparsable', 'export const handler = async ( => {}')
  expect(await invoke('unparsable')).toMatchObject({
    FunctionError: 'Unhandled',
    errorType: 'Runtime.UserCodeSyntaxError',
  })
})

const transformedBy = (ParameterValue: string) => ({
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'Lambda' as const,
        Parameters: [
          { ParameterName: 'LambdaArn' as const, ParameterValue },
          { ParameterName: 'NumberOfRetries' as const, ParameterValue: '0' },
        ],
      },
    ],
  },
})

test.each([
  ['crashes', 'process.exit(3)', /Lambda\.FunctionError .*exit status 3/],
  ['hangs', 'for (;;);', /Lambda\.FunctionError .*timed out after 1\.00 seconds/],
  ['answers nonsense', 'return { records: 5 }', /Lambda\.JsonProcessingException/],
])('records whose transform %s are kept under the error prefix', async (name, body, reason) => {
  const stream = name.replace(' ', '-')
  const arn = await makeFunction(stream, handler(body), { Timeout: 1 })
  await lake.deliver(stream, transformedBy(arn))
  await lake.send(stream, ['a', 'b'])
  const failed = () => lake.failedRecords(`${stream}-errors/`)
  await expect.poll(failed, { timeout: 30_000 }).toHaveLength(2)
  const [first, second] = await failed()
  expect(first).toMatch(/^a /)
  expect(second).toMatch(/^b /)
  for (const text of [first, second]) expect(text).toMatch(reason)
  expect(await lake.contents(`${stream}/`)).toBe('')
})

test.each([
  ['bisected', { BisectBatchOnFunctionError: true }, `throw new Error('poisoned')`],
  [
    'reported',
    {
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures' as const],
    },
    'return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] }',
  ],
])(
  'a bad record of a stream that is %s goes to the bucket, the others pass',
  async (name, more, fails) => {
    const kinesis = new KinesisClient(server.config)
    await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }))
    const isReported = 'FunctionResponseTypes' in more
    await makeFunction(
      name,
      handler(`
      const texts = event.Records.map(({ kinesis }) => [kinesis, Buffer.from(kinesis.data, 'base64').toString()])
      if (${!isReported} && texts.some(([, text]) => text === 'bad')) throw new Error('poisoned')
      for (const [kinesis, text] of texts) {
        if (text === 'bad') { ${fails} }
        console.log('seen:' + text)
      }
      return { batchItemFailures: [] }`),
    )
    await kinesis.send(
      new PutRecordsCommand({
        StreamName: name,
        Records: ['a', 'b', 'bad', 'c', 'd'].map((text) => ({
          PartitionKey: 'k',
          Data: Buffer.from(text),
        })),
      }),
    )
    const lost = `lost-${name}-${server.account}`
    await lake.s3.send(new CreateBucketCommand({ Bucket: lost }))
    await lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: `arn:aws:kinesis:us-east-1:${server.account}:stream/${name}`,
        FunctionName: name,
        StartingPosition: 'TRIM_HORIZON',
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${lost}` } },
        ...more,
      }),
    )
    await expect.poll(() => seenBy(name), { timeout: 30_000 }).toEqual(['a', 'b', 'c', 'd'])
    const { Contents = [] } = await lake.s3.send(new ListObjectsV2Command({ Bucket: lost }))
    const texts = await Promise.all(Contents.map(({ Key = '' }) => lostRecords(lost, Key)))
    expect(texts.flat()).toContain('bad')
  },
)

async function lostRecords(bucket: string, Key: string): Promise<string[]> {
  const { Body } = await lake.s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
  const { payload } = JSON.parse((await Body?.transformToString()) ?? '')
  const { Records } = JSON.parse(payload) as { Records: { kinesis: { data: string } }[] }
  return Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString())
}

async function seenBy(name: string): Promise<string[]> {
  const logs = new CloudWatchLogsClient(server.config)
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'seen' }),
    )
    return events.map(({ message = '' }) => message.trim().split('seen:')[1] ?? '')
  } catch (error) {
    // The group appears with the first invocation.
    expect(error).toMatchObject({ name: 'ResourceNotFoundException' })
    return []
  }
}
