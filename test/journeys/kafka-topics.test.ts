import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import type { Admin, Kafka as KafkaClient } from 'kafkajs'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs

let server: RunningHeadrace
let kafka: KafkaClient
let admin: Admin
let kinesis: KinesisClient
let broker: string

beforeAll(async () => {
  server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  broker = server.kafka ?? ''
  kafka = new Kafka({ brokers: [broker], clientId: 'journey', logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  await admin.connect()
  kinesis = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
})

afterAll(async () => {
  await admin.disconnect()
  kinesis.destroy()
  await server.stop()
})

interface Received {
  readonly partition: number
  readonly offset: string
  readonly key: string | undefined
  readonly value: string | undefined
  readonly timestamp: string
  readonly headers: Readonly<Record<string, string>>
}

/** The first `count` records of a topic, as kafkajs reads them. */
async function readByKafkajs(topic: string, count: number): Promise<ReadonlyArray<Received>> {
  const consumer = kafka.consumer({ groupId: `group-of-${topic}-${Math.random()}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const received: Received[] = []
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          const headers = Object.entries(message.headers ?? {})
          received.push({
            partition,
            offset: message.offset,
            key: message.key?.toString(),
            value: message.value?.toString(),
            timestamp: message.timestamp,
            headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
          })
          if (received.length >= count) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return received
}

/** The first `count` records of a topic, as @platformatic/kafka reads them. */
async function readByPlatformatic(topic: string, count: number) {
  const consumer = new Consumer({
    bootstrapBrokers: [broker],
    clientId: 'journey',
    groupId: `group-of-${topic}-${Math.random()}`,
    deserializers: stringDeserializers,
  })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest' })
  const received: { key: string | undefined; value: string | undefined; offset: bigint }[] = []
  for await (const { key, value, offset } of stream) {
    received.push({ key, value, offset })
    if (received.length >= count) break
  }
  await stream.close()
  await consumer.close(true)
  return received
}

async function readByKinesis(StreamName: string) {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }))
  const records = []
  for (const { ShardId } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start))
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    records.push(...Records)
  }
  return records.map(({ PartitionKey, Data, ApproximateArrivalTimestamp }) => ({
    key: PartitionKey,
    value: Buffer.from(Data ?? []).toString(),
    timeMs: ApproximateArrivalTimestamp?.getTime(),
  }))
}

test('a topic is made, described, changed, grown and deleted by an unmodified client', async () => {
  const created = await admin.createTopics({
    topics: [
      {
        topic: 'orders',
        numPartitions: 2,
        configEntries: [{ name: 'retention.ms', value: '172800000' }],
      },
    ],
  })
  expect(created).toBe(true)
  expect(await admin.listTopics()).toContain('orders')
  const { StreamNames } = await kinesis.send(new ListStreamsCommand({}))
  expect(StreamNames).toContain('orders')
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'orders' }))
  expect(summary.StreamDescriptionSummary).toMatchObject({
    OpenShardCount: 2,
    RetentionPeriodHours: 48,
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
  })
  await admin.createPartitions({ topicPartitions: [{ topic: 'orders', count: 4 }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] })
  expect(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader])).toEqual(
    [0, 1, 2, 3].map((number) => [number, 0]),
  )
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: 'orders',
        configEntries: [{ name: 'max.message.bytes', value: '5000' }],
      },
    ],
  })
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: 'orders' }],
  })
  const values = new Map(
    described.resources[0]?.configEntries.map(({ configName, configValue }) => {
      return [configName, configValue]
    }),
  )
  expect(values.get('max.message.bytes')).toBe('5000')
  expect(values.get('retention.ms')).toBe('604800000')
  await admin.deleteTopics({ topics: ['orders'] })
  expect(await admin.listTopics()).not.toContain('orders')
})

test('records in every compression that clients have are read by other clients and as a stream', async () => {
  await admin.createTopics({ topics: [{ topic: 'codecs', numPartitions: 1 }] })
  const expected: string[] = []
  const byKafkajs = kafka.producer({ idempotent: true })
  await byKafkajs.connect()
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    const value = `kafkajs ${compression}`
    await byKafkajs.send({ topic: 'codecs', compression, messages: [{ key: 'k', value }] })
    expected.push(value)
  }
  await byKafkajs.disconnect()
  const byPlatformatic = new Producer({
    bootstrapBrokers: [broker],
    clientId: 'journey',
    serializers: stringSerializers,
  })
  // Zstandard needs a newer Node.js than the oldest that we run on; kcat shows it elsewhere.
  for (const compression of ['none', 'gzip', 'snappy', 'lz4'] as const) {
    const value = `platformatic ${compression} ${'x'.repeat(500)}`
    const messages = [{ topic: 'codecs', key: 'k', value }]
    await byPlatformatic.send({ messages, compression })
    expected.push(value)
  }
  await byPlatformatic.close()
  const received = await readByPlatformatic('codecs', expected.length)
  expect(received.map(({ value }) => value)).toEqual(expected)
  expect(received.map(({ offset }) => Number(offset))).toEqual(expected.map((_, index) => index))
  expect((await readByKinesis('codecs')).map(({ value }) => value)).toEqual(expected)
})

test('a record put by PutRecords is read by Kafka with its key and time', async () => {
  await admin.createTopics({ topics: [{ topic: 'from-kinesis', numPartitions: 2 }] })
  const Records = ['a', 'b', 'c', 'd'].map((key) => {
    return { PartitionKey: `key-${key}`, Data: Buffer.from(`value-${key}`) }
  })
  const put = await kinesis.send(new PutRecordsCommand({ StreamName: 'from-kinesis', Records }))
  expect(put.FailedRecordCount).toBe(0)
  const times = new Map(
    (await readByKinesis('from-kinesis')).map(({ key, timeMs }) => [key, timeMs]),
  )
  const received = await readByKafkajs('from-kinesis', 4)
  expect(received.map(({ key, value }) => [key, value]).sort()).toEqual(
    Records.map(({ PartitionKey, Data }) => [PartitionKey, String(Data)]),
  )
  for (const { key, timestamp } of received) expect(Number(timestamp)).toBe(times.get(key))
  const shards = put.Records?.map(({ ShardId }) => Number(ShardId?.slice(-4)))
  for (const { key, partition } of received) {
    const index = Records.findIndex(({ PartitionKey }) => PartitionKey === key)
    expect(partition).toBe(shards?.[index])
  }
})

test('a record that Kafka produced is read as a stream, with its key and time', async () => {
  await admin.createTopics({ topics: [{ topic: 'to-kinesis', numPartitions: 1 }] })
  const producer = kafka.producer()
  await producer.connect()
  const timestamp = String(Date.now() - 5000)
  const messages = [
    { key: 'k', value: 'v', timestamp, headers: { trace: 'abc' } },
    { key: null, value: 'no key', timestamp },
    { key: 'gone', value: null, timestamp },
    { key: Buffer.from([0xff, 0x00]), value: 'no text', timestamp },
  ]
  await producer.send({ topic: 'to-kinesis', messages })
  await producer.disconnect()
  const timeMs = Number(timestamp)
  expect(await readByKinesis('to-kinesis')).toEqual([
    { key: 'k', value: 'v', timeMs },
    { key: '', value: 'no key', timeMs },
    { key: 'gone', value: '', timeMs },
    { key: '/wA=', value: 'no text', timeMs },
  ])
  const [first] = await readByKafkajs('to-kinesis', 1)
  expect(first).toMatchObject({ key: 'k', headers: { trace: 'abc' }, timestamp })
})

test('offsets are found by time, and records before an offset are deleted', async () => {
  await admin.createTopics({ topics: [{ topic: 'trimmed', numPartitions: 1 }] })
  const producer = kafka.producer()
  await producer.connect()
  const startMs = Date.now() - 10_000
  const messages = [0, 1, 2, 3].map((index) => {
    return { value: String(index), timestamp: String(startMs + index * 1000) }
  })
  await producer.send({ topic: 'trimmed', messages })
  await producer.disconnect()
  const byTime = await admin.fetchTopicOffsetsByTimestamp('trimmed', startMs + 1500)
  expect(byTime).toEqual([{ partition: 0, offset: '2' }])
  await admin.deleteTopicRecords({ topic: 'trimmed', partitions: [{ partition: 0, offset: '2' }] })
  const [offsets] = await admin.fetchTopicOffsets('trimmed')
  expect(offsets).toMatchObject({ low: '2', high: '4' })
  expect((await readByKinesis('trimmed')).map(({ value }) => value)).toEqual(['2', '3'])
})

test('topics, their configs and their records survive a kill', async () => {
  const own = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  const client = new Kafka({ brokers: [own.kafka ?? ''], logLevel: logLevel.NOTHING })
  const before = client.admin()
  await before.connect()
  const configEntries = [{ name: 'max.message.bytes', value: '5000' }]
  await before.createTopics({ topics: [{ topic: 'kept', numPartitions: 3, configEntries }] })
  await before.disconnect()
  const producer = client.producer()
  await producer.connect()
  await producer.send({ topic: 'kept', messages: [{ key: 'k', value: 'v' }] })
  await own.kill()
  await producer.disconnect()
  const again = await startHeadrace({
    dataDir: own.dataDir,
    flags: ['--kafka', 'on', '--kafka-port', '0'],
  })
  const after = new Kafka({ brokers: [again.kafka ?? ''], logLevel: logLevel.NOTHING }).admin()
  await after.connect()
  const offsets = await after.fetchTopicOffsets('kept')
  expect(offsets.map(({ high }) => Number(high)).reduce((sum, high) => sum + high)).toBe(1)
  const resources = [
    { type: ConfigResourceTypes.TOPIC, name: 'kept', configNames: ['max.message.bytes'] },
  ]
  const described = await after.describeConfigs({ includeSynonyms: false, resources })
  expect(described.resources[0]?.configEntries[0]?.configValue).toBe('5000')
  await after.disconnect()
  await again.stop()
})
