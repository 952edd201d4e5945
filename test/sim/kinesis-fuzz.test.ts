import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { extractModels } from '../../scripts/extract-models.ts'
import { ServiceError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { createKinesisService } from '../../src/services/kinesis/service.ts'
import { encodeAnyCbor } from '../../src/wire/codec/cbor-values.ts'
import type { RequestContext } from '../../src/wire/operation.ts'
import type { WireRequest } from '../../src/wire/request.ts'
import { openWire } from '../../src/wire/wire.ts'
import { createWorld, KEY, PROVISIONED } from '../support/kinesis-world.ts'
import { createDice, mutate } from '../support/mutations.ts'

const RUNS = 100_000
const wire = openWire({ modelsDirectory: extractModels(), serviceNames: ['kinesis'] })

const record = (text: string) => ({ PartitionKey: `key-${text}`, Data: Buffer.from(text) })
const StreamName = KEY.name

/** What is mutated: one good request of each kind, as JSON and as CBOR. */
function goodRequests(iterator: string) {
  const requests: ReadonlyArray<readonly [string, object]> = [
    ['PutRecord', { StreamName, ...record('one') }],
    ['PutRecord', { StreamName, ...record('two'), ExplicitHashKey: '1234567890' }],
    ['PutRecords', { StreamName, Records: ['three', 'four', 'five'].map(record) }],
    ['PutRecords', { StreamName, Records: [{ ...record('six'), ExplicitHashKey: '0' }] }],
    ['GetRecords', { ShardIterator: iterator, Limit: 2 }],
    ['GetShardIterator', { StreamName, ShardId: '0', ShardIteratorType: 'LATEST' }],
    ['ListShards', { StreamName, ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: 1_767_225_600 } }],
    ['DescribeStreamSummary', { StreamName }],
  ]
  return requests.flatMap(([operation, input]) => [
    { operation, type: 'json', body: Buffer.from(JSON.stringify(input, asBase64)) },
    { operation, type: 'cbor', body: encodeAnyCbor(input) },
  ])
}

/** `JSON.stringify` shows a buffer as `{ type, data }` before it asks. */
function asBase64(_name: string, value: unknown): unknown {
  const shown = value as { type?: string; data?: number[] } | null
  return shown?.type === 'Buffer' ? Buffer.from(shown.data ?? []).toString('base64') : value
}

interface Put {
  readonly PartitionKey: string
  readonly Data: Uint8Array
}

test(`${RUNS} mutated bodies are answered, and what is acknowledged is what was sent`, async () => {
  const world = await createWorld()
  await world.streams.create(KEY, { ...PROVISIONED, shardCount: 1 })
  const { operations } = createKinesisService(world)
  const context = contextOf()
  const run = (name: string, input: object) => operations.get(name)?.run(input, context)
  const first = { StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }
  const { ShardIterator } = (await run('GetShardIterator', first)) as { ShardIterator: string }
  const good = goodRequests(ShardIterator)
  const dice = createDice(7)
  const acknowledged: string[] = []
  const outcomes = new Map<string, number>()
  const heapBefore = process.memoryUsage().heapUsed

  for (let round = 0; round < RUNS; round++) {
    const { operation, type, body } = good[round % good.length] as (typeof good)[number]
    const bytes = mutate(body, dice)
    const outcome = await send(operation, type, bytes)
    outcomes.set(outcome.code, (outcomes.get(outcome.code) ?? 0) + 1)
    for (const put of outcome.puts) acknowledged.push(keyOf(put))
  }

  async function send(operation: string, type: string, bytes: Buffer) {
    const found = await wire.identify(requestOf(operation, type, bytes), 'kinesis')
    if (found.kind === 'unknown') return { code: found.error.code, puts: [] }
    try {
      // Reading may use up the bytes.
      const body = requestOf(operation, type, Buffer.from(bytes))
      const input = (await found.operation.readInput(body)) as object
      const output = (await run(operation, input)) as { Records?: object[] }
      found.operation.writeOutput(output, 'request-1')
      if (!operation.startsWith('Put')) return { code: 'answered', puts: [] }
      const puts =
        operation === 'PutRecord' ? [input as Put] : (input as { Records: Put[] }).Records
      if (type === 'json') expectSame(puts, bytes)
      if ('DryRun' in input) throw new Error('a dry run was answered')
      return { code: 'put', puts }
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) {
        throw new Error(`${operation} in ${type}: ${bytes.toString('base64')}`, { cause: error })
      }
      found.operation.writeError(error, 'request-1')
      return { code: error.code, puts: [] }
    }
  }

  const stored = await readAll(world)
  expect(stored.length).toBe(acknowledged.length)
  expect(stored.sort()).toEqual(acknowledged.sort())
  // Each kind came up: what is mutated so little that it passes, and so much that it does not.
  for (const code of ['put', 'answered', 'SerializationException', 'ValidationException']) {
    expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(1000)
  }
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(400 << 20)
}, 60_000)

/** What JSON.parse reads in the body is what was put. */
function expectSame(puts: ReadonlyArray<Put>, bytes: Buffer): void {
  const sent = JSON.parse(bytes.toString('utf8'))
  const records: { PartitionKey: string; Data: string }[] = sent.Records ?? [sent]
  if (puts.length !== records.length) throw new Error(`not all records of ${bytes}`)
  for (const [index, { PartitionKey, Data }] of records.entries()) {
    const put = puts[index] as Put
    const isSame = put.PartitionKey === PartitionKey && Buffer.from(Data, 'base64').equals(put.Data)
    if (!isSame) throw new Error(`not what was sent: ${bytes}`)
  }
}

async function readAll({ reads, streams }: Awaited<ReturnType<typeof createWorld>>) {
  const stream = await streams.get(KEY)
  const at = { key: KEY, stream, shard: stream.shards[0] as (typeof stream.shards)[number] }
  const stored: string[] = []
  for (let offset = 0; ; ) {
    const batch = await reads.read(at, { offset, recordsMax: 10_000, bytesMax: 10 << 20 })
    for (const { partitionKey, data } of batch.records) {
      stored.push(keyOf({ PartitionKey: partitionKey, Data: data }))
    }
    offset = batch.nextOffset
    if (offset >= batch.endOffset) return stored
  }
}

function keyOf({ PartitionKey, Data }: Put): string {
  return `${PartitionKey} ${Buffer.from(Data).toString('base64')}`
}

function requestOf(operation: string, type: string, bytes: Buffer): WireRequest {
  return {
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: {
      'x-amz-target': `Kinesis_20131202.${operation}`,
      'content-type': `application/x-amz-${type}-1.1`,
    },
    stream: Readable.from([bytes]),
    bytes: async () => bytes,
  }
}

function contextOf(): RequestContext {
  const { accountId, region } = KEY
  return {
    accountId,
    region,
    requestId: 'request-1',
    accessKeyId: accountId,
    callerArn: `arn:aws:iam::${accountId}:root`,
    endpoint: 'http://127.0.0.1',
    sourceAddress: '127.0.0.1',
    headers: {},
    signal: new AbortController().signal,
    log: silentLogger,
  }
}
