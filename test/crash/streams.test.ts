import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = 5
const KILL_AFTER_MS = { least: 300, most: 1_500 }
const SHARDS = 2
const flags = ['--kafka', 'on', '--kafka-port', '0', '--stream-limits', 'off']

/** Where each acknowledged record is, as its producer was told: `shard/position` by value. */
interface Acknowledged {
  /** Sequence numbers. */
  readonly byKinesis: Map<string, string>
  /** Offsets. */
  readonly byKafka: Map<string, string>
}

function kinesisOf(server: RunningHeadrace): KinesisClient {
  return new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

/** Both protocols write until the server is killed. */
async function write(
  server: RunningHeadrace,
  acknowledged: Acknowledged,
  round: number,
  killed: AbortSignal,
): Promise<void> {
  const kinesis = kinesisOf(server)
  const producer = new Producer({
    clientId: `writer-${round}`,
    bootstrapBrokers: [server.kafka ?? ''],
    serializers: stringSerializers,
    idempotent: true,
    retries: 0,
    connectTimeout: 1_000,
  })
  killed.addEventListener('abort', () => producer.close(true, () => undefined))
  const byKinesis = async (serial: number) => {
    const values = Array.from({ length: 10 }, (_, index) => `kinesis-${round}-${serial}-${index}`)
    const { Records = [] } = await kinesis.send(
      new PutRecordsCommand({
        StreamName: 'kept',
        Records: values.map((value) => ({ PartitionKey: value, Data: Buffer.from(value) })),
      }),
    )
    for (const [index, { ShardId, SequenceNumber }] of Records.entries()) {
      const value = values[index]
      if (value && SequenceNumber) acknowledged.byKinesis.set(value, `${ShardId}/${SequenceNumber}`)
    }
  }
  const byKafka = async (serial: number) => {
    const partition = serial % SHARDS
    const value = `kafka-${round}-${serial}`
    const { offsets = [] } = await producer.send({
      messages: [{ topic: 'kept', partition, key: value, value }],
    })
    acknowledged.byKafka.set(value, `${partition}/${offsets[0]?.offset}`)
  }
  await Promise.all(
    [byKinesis, byKafka].map(async (line) => {
      for (let serial = 0; !killed.aborted; serial++) {
        try {
          await line(serial)
        } catch (error) {
          // An answer that never came says nothing; the next one does not come either.
          if (!killed.aborted) throw error
        }
      }
    }),
  )
  kinesis.destroy()
}

/** All records as GetRecords gives them: `shard/sequence number` by value. */
async function readByKinesis(server: RunningHeadrace): Promise<Map<string, string>> {
  const kinesis = kinesisOf(server)
  const found = new Map<string, string>()
  for (let number = 0; number < SHARDS; number++) {
    const ShardId = `shardId-${String(number).padStart(12, '0')}`
    const start = { StreamName: 'kept', ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start))
    for (let isBehind = true; isBehind && ShardIterator; ) {
      const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
      for (const { Data, SequenceNumber } of answer.Records ?? []) {
        const value = Buffer.from(Data ?? []).toString()
        expect(found.has(value), `${value} is there twice`).toBe(false)
        found.set(value, `${ShardId}/${SequenceNumber}`)
      }
      isBehind = (answer.MillisBehindLatest ?? 0) > 0 || (answer.Records ?? []).length > 0
      ShardIterator = answer.NextShardIterator
    }
  }
  kinesis.destroy()
  return found
}

/** All records as Kafka gives them: `partition/offset` by value. */
async function readByKafka(server: RunningHeadrace, count: number): Promise<Map<string, string>> {
  const consumer = new Consumer({
    clientId: 'reader',
    groupId: `reader-${Math.random()}`,
    bootstrapBrokers: [server.kafka ?? ''],
    deserializers: stringDeserializers,
  })
  const stream = await consumer.consume({ topics: ['kept'], mode: 'earliest', maxWaitTime: 100 })
  const found = new Map<string, string>()
  for await (const { partition, offset, value } of stream) {
    found.set(value, `${partition}/${offset}`)
    if (found.size >= count) break
  }
  await stream.close()
  await consumer.close(true)
  return found
}

function expectKept(
  found: ReadonlyMap<string, string>,
  acknowledged: ReadonlyMap<string, string>,
): void {
  const lost = [...acknowledged].filter(([value, place]) => found.get(value) !== place)
  expect(lost).toEqual([])
}

test(`what either protocol acknowledged keeps its place through ${ROUNDS} SIGKILLs under load`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-streams-'))
  const acknowledged: Acknowledged = { byKinesis: new Map(), byKafka: new Map() }
  let server = await startHeadrace({ dataDir, flags })
  const client = kinesisOf(server)
  await client.send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: SHARDS }))
  await waitUntilStreamExists({ client, maxWaitTime: 20 }, { StreamName: 'kept' })
  client.destroy()
  let before = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round++) {
    const killing = new AbortController()
    const writing = write(server, acknowledged, round, killing.signal)
    const killAfterMs = randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most)
    // A writer that fails while the server runs ends the test.
    await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, killAfterMs))])
    killing.abort()
    await server.kill()
    server = await startHeadrace({ dataDir, flags })
    const found = await readByKinesis(server)
    expectKept(found, acknowledged.byKinesis)
    // What was once seen stays where it was, acknowledged or not.
    expectKept(found, before)
    const byKafka = await readByKafka(server, found.size)
    expectKept(byKafka, acknowledged.byKafka)
    expect([...byKafka.keys()].sort()).toEqual([...found.keys()].sort())
    before = found
  }
  expect(acknowledged.byKinesis.size).toBeGreaterThan(ROUNDS * 10)
  expect(acknowledged.byKafka.size).toBeGreaterThan(ROUNDS)
  expect(await server.stop()).toBe(0)
  rmSync(dataDir, { recursive: true, force: true })
})
