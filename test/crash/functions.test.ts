import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = 4
const KILL_AFTER_MS = { least: 300, most: 1200 }

/** Writes down what it is given, one line each, in a file outside of the server. */
const SOURCE = `import { appendFileSync } from 'node:fs'
export const handler = async (event) => {
  const lines = event.Records
    ? event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())
    : [event.line]
  for (const line of lines) appendFileSync(process.env.SINK, line + '\\n')
}`

function clients({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  return { kinesis: new KinesisClient(config), lambda: new LambdaClient(config) }
}

type Clients = ReturnType<typeof clients>

async function setUp({ kinesis, lambda }: Clients, sink: string): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: 2 }))
  const summary = async () =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'kept' })))
      .StreamDescriptionSummary
  await expect.poll(async () => (await summary())?.StreamStatus).toBe('ACTIVE')
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'kept',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: zipSync({ 'index.mjs': new TextEncoder().encode(SOURCE) }) },
      Environment: { Variables: { SINK: sink } },
    }),
  )
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'kept',
      EventSourceArn: (await summary())?.StreamARN,
      StartingPosition: 'LATEST',
      BatchSize: 50,
    }),
  )
}

/** Puts records and events until the server is gone; notes what was acknowledged. */
async function write({ kinesis, lambda }: Clients, round: number, acknowledged: string[]) {
  const putRecords = async (serial: number) => {
    const lines = Array.from({ length: 5 }, (_, index) => `record ${round} ${serial * 5 + index}`)
    await kinesis.send(
      new PutRecordsCommand({
        StreamName: 'kept',
        Records: lines.map((line) => ({ PartitionKey: 'key', Data: Buffer.from(line) })),
      }),
    )
    acknowledged.push(...lines)
  }
  const sendEvent = async (serial: number) => {
    const line = `event ${round} ${serial}`
    const Payload = Buffer.from(JSON.stringify({ line }))
    const request = { FunctionName: 'kept', InvocationType: 'Event' as const, Payload }
    await lambda.send(new InvokeCommand(request))
    acknowledged.push(line)
  }
  await Promise.all(
    [putRecords, sendEvent].map(async (line) => {
      for (let serial = 0; ; serial++) {
        try {
          await line(serial)
        } catch {
          return
        }
      }
    }),
  )
}

test('every acknowledged record and event reaches its function, whenever the server is killed', async () => {
  const home = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const dataDir = join(home, 'data')
  const sink = join(home, 'sink')
  const flags = ['--stream-limits', 'off']
  const acknowledged: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir, flags })
    const all = clients(server)
    if (round === 0) await setUp(all, sink)
    const writing = write(all, round, acknowledged)
    await new Promise((resolve) => {
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
    })
    await server.kill()
    await writing
  }
  expect(acknowledged.length).toBeGreaterThan(0)

  const server = await startHeadrace({ dataDir, flags })
  const arrived = () => readFileSync(sink, 'utf8').split('\n')
  const missing = () => {
    const lines = new Set(arrived())
    return acknowledged.filter((line) => !lines.has(line)).length
  }
  await expect.poll(missing, { timeout: 60_000 }).toBe(0)
  // Of one partition key, a record is never seen for the first time before one that was put earlier.
  const firsts = [...new Set(arrived())].filter((line) => line.startsWith('record'))
  const place = (line: string) => {
    const [, round, serial] = line.split(' ').map(Number)
    return (round ?? 0) * 1e6 + (serial ?? 0)
  }
  expect(firsts).toEqual(firsts.toSorted((a, b) => place(a) - place(b)))
  expect(await server.stop()).toBe(0)
})
