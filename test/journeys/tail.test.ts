import { spawn } from 'node:child_process'
import {
  CreateStreamCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { aggregate } from '../support/kpl-aggregate.ts'

let server: RunningHeadrace
let kinesis: KinesisClient

beforeAll(async () => {
  server = await startHeadrace()
  kinesis = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
})
afterAll(() => server.stop())

/** `headrace tail …`, running; `lines` is what it has printed until now. */
function startTail(...args: ReadonlyArray<string>) {
  const child = spawn(process.execPath, ['dist/headrace.js', 'tail', ...args], {
    env: { ...process.env, AWS_ENDPOINT_URL: server.endpoint },
  })
  let output = ''
  let problems = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    problems += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    lines: () => output.split('\n').slice(0, -1),
    problems: () => problems,
    ended,
    interrupt: () => child.kill('SIGINT'),
  }
}

async function newStream(StreamName: string, ShardCount: number): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }))
}

async function put(StreamName: string, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  const Records = numbers.map((number) => ({
    PartitionKey: `key-${number % 7}`,
    Data: Buffer.from(String(number)),
  }))
  const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  expect(FailedRecordCount).toBe(0)
}

test('what is there is printed from the start, each key in order through splits and merges', async () => {
  await newStream('lineage', 2)
  await put('lineage', 0, 100)
  const middle = String(2n ** 126n)
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 'lineage',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: middle,
    }),
  )
  await put('lineage', 100, 200)
  await kinesis.send(
    new MergeShardsCommand({
      StreamName: 'lineage',
      ShardToMerge: 'shardId-000000000003',
      AdjacentShardToMerge: 'shardId-000000000001',
    }),
  )
  await put('lineage', 200, 300)
  const tail = startTail('lineage', '--from', 'start', '--no-follow')
  expect(await tail.ended, tail.problems()).toBe(0)
  const numbers = new Map<string, number[]>()
  for (const line of tail.lines()) {
    const [key = '', data] = line.split('\t')
    numbers.set(key, [...(numbers.get(key) ?? []), Number(data)])
  }
  expect([...numbers.values()].flat().sort((a, b) => a - b)).toEqual([...Array(300).keys()])
  for (const [key, ofKey] of numbers) {
    expect(ofKey, key).toEqual([...ofKey].sort((a, b) => a - b))
  }
})

test('it follows from now on, into the children of a shard, until it is interrupted', async () => {
  await newStream('followed', 1)
  await put('followed', 0, 5)
  const tail = startTail('followed', '--format', 'json')
  let next = 100
  // It says nothing when it is there: what it prints first tells.
  await expect
    .poll(async () => {
      await put('followed', next, ++next)
      return tail.lines().length
    })
    .toBeGreaterThan(0)
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 'followed',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: String(2n ** 127n),
    }),
  )
  await put('followed', 1000, 1020)
  const printed = () => tail.lines().map((line) => JSON.parse(line))
  await expect.poll(() => printed().filter(({ data }) => data >= 1000)).toHaveLength(20)
  const first = printed().find(({ data }) => data === '1000')
  expect(first).toMatchObject({ partitionKey: 'key-6', sequenceNumber: expect.any(String) })
  expect(first.shardId).toMatch(/^shardId-00000000000[12]$/)
  expect(Math.abs(Date.parse(first.arrival) - Date.now())).toBeLessThan(60_000)
  expect(printed().every(({ data }) => data >= 100)).toBe(true)
  tail.interrupt()
  expect(await tail.ended).toBe(0)
})

test('aggregates are taken apart, and bytes come as base64', async () => {
  await newStream('packed', 1)
  const data = aggregate([
    { partitionKey: 'a', data: Buffer.from('one') },
    { partitionKey: 'b', data: Buffer.from([0xff, 0x00]) },
  ])
  const Records = [{ PartitionKey: 'outer', Data: data }]
  await kinesis.send(new PutRecordsCommand({ StreamName: 'packed', Records }))
  const tail = startTail('packed', '--from', 'start', '--format', 'json', '--no-follow')
  expect(await tail.ended, tail.problems()).toBe(0)
  expect(tail.lines().map((line) => JSON.parse(line))).toMatchObject([
    { partitionKey: 'a', subSequenceNumber: 0, data: 'one' },
    { partitionKey: 'b', subSequenceNumber: 1, base64: '/wA=' },
  ])
  const bytes = startTail('packed', '--from', 'start', '--format', 'base64', '--limit', '1')
  expect(await bytes.ended, bytes.problems()).toBe(0)
  expect(bytes.lines()).toEqual(['b25l'])
})

test('it begins at a time, takes an ARN, and ends after a number of records', async () => {
  await newStream('timed', 1)
  await put('timed', 0, 3)
  const arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/timed'
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
  const tail = startTail(arn, '--from', hourAgo, '--limit', '2')
  expect(await tail.ended, tail.problems()).toBe(0)
  expect(tail.lines()).toEqual(['key-0\t0', 'key-1\t1'])
})

test('what it cannot do it says', async () => {
  for (const [args, problem] of [
    [['none'], /Stream none under account 000000000000 not found/],
    [['timed', '--from', 'yesterday'], /--from: 'yesterday' is neither latest, nor start/],
    [['timed', '--format', 'xml'], /--format: 'xml' is none of text, json, base64/],
    [['timed', '--limit', '0'], /--limit: '0' is not a count/],
  ] as const) {
    const tail = startTail(...args)
    expect(await tail.ended).toBe(1)
    expect(tail.problems()).toMatch(problem)
  }
})
