import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import type { Admin, Kafka as KafkaClient, Producer } from 'kafkajs'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const { Kafka, logLevel, Partitioners } = kafkajs

/*
 * Transactions as a client from npm makes them: what it commits is read by everybody, what it aborts,
 * or leaves open, by nobody who asks for committed records, through Kafka or as a Kinesis stream.
 */

let server: RunningHeadrace
let kafka: KafkaClient
let admin: Admin
let kinesis: KinesisClient

async function connect(dataDir?: string): Promise<void> {
  const flags = ['--kafka', 'on', '--kafka-port', '0']
  server = await startHeadrace({ flags, ...(dataDir !== undefined && { dataDir }) })
  kafka = new Kafka({
    brokers: [server.kafka ?? ''],
    clientId: 'journey',
    logLevel: logLevel.NOTHING,
  })
  admin = kafka.admin()
  await admin.connect()
  kinesis = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
}

beforeAll(() => connect())

afterAll(async () => {
  await admin.disconnect()
  kinesis.destroy()
  expect(await server.stop()).toBe(0)
})

async function makeTopic(topic: string, numPartitions = 2): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions }] })
}

async function newProducer(transactionalId: string, timeoutMs = 60_000): Promise<Producer> {
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: timeoutMs,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  return producer
}

const messages = (...values: string[]) =>
  values.map((value, index) => ({ value, partition: index % 2 }))

/** All that is there now for readers of that kind, in the order of arrival. */
async function readAll(topic: string, isolation: 'committed' | 'uncommitted'): Promise<string[]> {
  const groupId = `${topic}-${isolation}-${Math.random()}`
  const readUncommitted = isolation === 'uncommitted'
  const consumer = kafka.consumer({ groupId, readUncommitted, maxWaitTimeInMs: 100 })
  const ends = new Map<number, number>()
  for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
    if (Number(high) > 0) ends.set(partition, Number(high))
  }
  const values: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  // A record behind everything, without a transaction, shows where the end is.
  const plain = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await plain.connect()
  const partitions = [...ends.keys()]
  await plain.send({
    topic,
    messages: partitions.map((partition) => ({ partition, value: 'end' })),
  })
  await plain.disconnect()
  const left = new Set(partitions)
  await new Promise<void>((resolve, reject) => {
    if (left.size === 0) return resolve()
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          if (Number(message.offset) >= (ends.get(partition) ?? 0)) left.delete(partition)
          else values.push(String(message.value))
          if (left.size === 0) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return values.filter((value) => value !== 'end').sort()
}

async function readStream(StreamName: string): Promise<string[]> {
  const values: string[] = []
  for (const ShardId of ['0', '1']) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    )
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    values.push(...Records.map(({ Data }) => Buffer.from(Data ?? []).toString('utf8')))
  }
  return values.filter((value) => value !== 'end').sort()
}

test('what is committed is read by all, and what is aborted by nobody who wants committed records', async () => {
  await makeTopic('outcomes')
  const producer = await newProducer('outcomes')
  const committed = await producer.transaction()
  await committed.send({ topic: 'outcomes', messages: messages('a', 'b') })
  await committed.commit()
  const aborted = await producer.transaction()
  await aborted.send({ topic: 'outcomes', messages: messages('c', 'd') })
  await aborted.abort()
  const again = await producer.transaction()
  await again.send({ topic: 'outcomes', messages: messages('e') })
  await again.commit()
  await producer.disconnect()
  expect(await readStream('outcomes')).toEqual(['a', 'b', 'e'])
  expect(await readAll('outcomes', 'committed')).toEqual(['a', 'b', 'e'])
  expect(await readAll('outcomes', 'uncommitted')).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('of transactions that overlap each is read as it ended', async () => {
  await makeTopic('overlapping')
  const producers = await Promise.all(['a', 'b', 'c'].map((name) => newProducer(`over-${name}`)))
  const open = []
  for (const producer of producers) {
    const transaction = await producer.transaction()
    const value = String(open.length)
    await transaction.send({ topic: 'overlapping', messages: messages(value, value) })
    open.push(transaction)
  }
  const [first, second, third] = open
  // The one that began last ends first.
  await third?.abort()
  await second?.commit()
  await first?.abort()
  for (const producer of producers) await producer.disconnect()
  expect(await readAll('overlapping', 'committed')).toEqual(['1', '1'])
  expect(await readStream('overlapping')).toEqual(['1', '1'])
})

test('an open transaction holds its readers back until it ends', async () => {
  await makeTopic('open', 1)
  const producer = await newProducer('open')
  const open = await producer.transaction()
  await open.send({ topic: 'open', messages: [{ value: 'later' }] })
  const plain = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await plain.connect()
  await plain.send({ topic: 'open', messages: [{ value: 'behind' }] })
  await plain.disconnect()
  const seen: string[] = []
  const consumer = kafka.consumer({ groupId: 'open', maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic: 'open', fromBeginning: true })
  let fetches = 0
  consumer.on(consumer.events.FETCH, () => {
    fetches++
  })
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
  await expect.poll(() => fetches).toBeGreaterThan(5)
  expect(seen).toEqual([])
  await open.commit()
  await expect.poll(() => seen).toEqual(['later', 'behind'])
  await consumer.disconnect()
  await producer.disconnect()
})

test('records and the offsets of what they were made from are committed together, or not at all', async () => {
  await makeTopic('in', 1)
  await makeTopic('out', 1)
  const source = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await source.connect()
  await source.send({
    topic: 'in',
    messages: Array.from({ length: 20 }, (_, index) => ({ value: String(index) })),
  })
  await source.disconnect()
  const producer = await newProducer('doubler')
  const groupId = 'doubler'
  const committedOffset = async () =>
    (await admin.fetchOffsets({ groupId, topics: ['in'] }))[0]?.partitions[0]?.offset

  /** Reads on from where the group is, doubles some, and ends it so. */
  async function transform(count: number, outcome: 'commit' | 'abort'): Promise<void> {
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 'in', fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      let isDone = false
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            if (isDone) return
            isDone = true
            const taken = batch.messages.slice(0, count)
            const transaction = await producer.transaction()
            await transaction.send({
              topic: 'out',
              messages: taken.map(({ value }) => ({ value: String(2 * Number(value)) })),
            })
            const offset = String(Number(taken.at(-1)?.offset) + 1)
            await transaction.sendOffsets({
              consumerGroupId: groupId,
              topics: [{ topic: 'in', partitions: [{ partition: 0, offset }] }],
            })
            await transaction[outcome]()
            resolve()
          },
        })
        .catch(reject)
    })
    await consumer.disconnect()
  }

  await transform(5, 'commit')
  expect(await committedOffset()).toBe('5')
  await transform(5, 'abort')
  expect(await committedOffset()).toBe('5')
  await transform(15, 'commit')
  expect(await committedOffset()).toBe('20')
  await producer.disconnect()
  const numbers = (await readAll('out', 'committed')).map(Number).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index))
})

test('a new incarnation of a producer fences the old one, whose transaction is aborted', async () => {
  await makeTopic('fenced')
  const old = await newProducer('fenced')
  const left = await old.transaction()
  await left.send({ topic: 'fenced', messages: messages('old') })
  const fresh = await newProducer('fenced')
  const taken = await fresh.transaction()
  await expect(left.send({ topic: 'fenced', messages: messages('zombie') })).rejects.toMatchObject({
    message: expect.stringMatching(/epoch|fenced/i),
  })
  await expect(left.commit()).rejects.toMatchObject({
    message: expect.stringMatching(/epoch|fenced|newer/i),
  })
  await taken.send({ topic: 'fenced', messages: messages('new') })
  await taken.commit()
  await old.disconnect()
  await fresh.disconnect()
  expect(await readAll('fenced', 'committed')).toEqual(['new'])
})

test('a transaction that takes longer than it said is aborted', async () => {
  await makeTopic('late', 1)
  const producer = await newProducer('late', 500)
  const late = await producer.transaction()
  await late.send({ topic: 'late', messages: [{ value: 'late' }] })
  // The marker of the abort is a record of its own.
  await expect
    .poll(async () => (await admin.fetchTopicOffsets('late')).map(({ high }) => high))
    .toEqual(['2'])
  await expect(late.commit()).rejects.toThrow()
  await producer.disconnect()
  expect(await readAll('late', 'committed')).toEqual([])
})

test('a killed server knows after its restart which transactions were committed', async () => {
  await makeTopic('killed')
  const producer = await newProducer('killed')
  for (const value of ['one', 'two', 'three']) {
    const committed = await producer.transaction()
    await committed.send({ topic: 'killed', messages: messages(value, value) })
    await committed.commit()
  }
  const left = await producer.transaction()
  await left.send({ topic: 'killed', messages: messages('left', 'left') })
  await server.kill()
  await producer.disconnect().catch(() => undefined)
  await admin.disconnect().catch(() => undefined)
  kinesis.destroy()
  await connect(server.dataDir)
  // The next incarnation ends what the one before has left open.
  const next = await newProducer('killed')
  const transaction = await next.transaction()
  await transaction.send({ topic: 'killed', messages: messages('four') })
  await transaction.commit()
  await next.disconnect()
  const committed = ['four', 'one', 'one', 'three', 'three', 'two', 'two']
  expect(await readAll('killed', 'committed')).toEqual(committed)
  expect(await readStream('killed')).toEqual(committed)
}, 120_000)
