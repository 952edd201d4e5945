import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import type { Admin, Kafka as KafkajsClient, Consumer as KafkajsConsumer } from 'kafkajs'
import kafkajs from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const { Kafka, logLevel } = kafkajs

/** Groups as unmodified clients live in them, on a server that is killed in between. */

const PARTITIONS = 6
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition)

let server: RunningHeadrace
let kafka: KafkajsClient
let admin: Admin
const open: Array<() => Promise<void>> = []

beforeAll(async () => {
  server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  kafka = new Kafka({
    brokers: [brokerOf(server)],
    clientId: 'journey',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 50 },
  })
  admin = kafka.admin()
  await admin.connect()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

afterAll(async () => {
  await admin.disconnect()
  await server.stop()
})

function brokerOf({ kafka: address }: RunningHeadrace): string {
  return address ?? ''
}

/** The server as after a power cut, at the same address. */
async function killAndRestart(): Promise<void> {
  const { dataDir, port } = server
  const kafkaPort = brokerOf(server).split(':')[1] ?? ''
  await server.kill()
  const flags = ['--kafka', 'on', '--kafka-port', kafkaPort]
  server = await startHeadrace({ dataDir, port, flags })
}

async function createTopic(topic: string): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] })
}

/** Messages 0 to `count` - 1, each to the next partition. */
async function produce(topic: string, count: number, from = 0): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: count }, (_, index) => ({
    partition: index % PARTITIONS,
    value: String(from + index),
  }))
  await producer.send({ topic, messages })
  await producer.disconnect()
}

interface Member {
  readonly consumer: KafkajsConsumer
  /** What it reads since the last rebalance. */
  partitions(): ReadonlyArray<number>
  readonly received: string[]
  leave(): Promise<void>
}

async function startMember(topic: string, groupId: string): Promise<Member> {
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 200,
  })
  let partitions: ReadonlyArray<number> = []
  const received: string[] = []
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    partitions = [...(payload.memberAssignment[topic] ?? [])].sort()
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 100,
    eachMessage: async ({ message }) => {
      received.push(String(message.value))
    },
  })
  let isIn = true
  const leave = async () => {
    if (isIn) await consumer.disconnect()
    isIn = false
  }
  open.push(leave)
  return { consumer, partitions: () => partitions, received, leave }
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index)).sort()
}

async function committed(groupId: string, topic: string): Promise<number> {
  const topics = await admin.fetchOffsets({ groupId, topics: [topic] })
  const offsets = topics.flatMap(({ partitions }) => partitions)
  return offsets.reduce((sum, { offset }) => sum + Math.max(Number(offset), 0), 0)
}

test('members of a kafkajs group share the partitions, and share anew when one comes or goes', async () => {
  const topic = 'shared'
  await createTopic(topic)
  await produce(topic, 60)
  const first = await startMember(topic, 'sharing')
  await expect.poll(() => first.partitions()).toEqual(all)
  const second = await startMember(topic, 'sharing')
  await expect.poll(() => second.partitions().length).toBe(PARTITIONS / 2)
  await expect.poll(() => [...first.partitions(), ...second.partitions()].sort()).toEqual(all)
  await produce(topic, 60, 60)
  const received = () => [...new Set([...first.received, ...second.received])].sort()
  await expect.poll(received).toEqual(numbers(0, 120))
  expect(second.received.length).toBeGreaterThan(0)
  await first.leave()
  await expect.poll(() => second.partitions()).toEqual(all)
  await produce(topic, 60, 120)
  await expect.poll(received).toEqual(numbers(0, 180))
})

test('committed offsets survive SIGKILL: a new member goes on where the group was', async () => {
  const topic = 'surviving'
  await createTopic(topic)
  await produce(topic, 60)
  const before = await startMember(topic, 'survivors')
  await expect.poll(() => before.received.length).toBe(60)
  await expect.poll(() => committed('survivors', topic)).toBe(60)
  await before.leave()
  await killAndRestart()
  expect(await committed('survivors', topic)).toBe(60)
  await produce(topic, 30, 60)
  const after = await startMember(topic, 'survivors')
  await expect.poll(() => [...after.received].sort()).toEqual(numbers(60, 90))
})

test('members live through SIGKILL of the server, and miss nothing', async () => {
  const topic = 'living'
  await createTopic(topic)
  await produce(topic, 60)
  const first = await startMember(topic, 'livers')
  const second = await startMember(topic, 'livers')
  await expect.poll(() => first.partitions().length).toBe(PARTITIONS / 2)
  await expect.poll(() => second.partitions().length).toBe(PARTITIONS / 2)
  await expect.poll(() => committed('livers', topic)).toBe(60)
  await killAndRestart()
  await produce(topic, 60, 60)
  const received = () => [...new Set([...first.received, ...second.received])].sort()
  await expect.poll(received).toEqual(numbers(0, 120))
  await expect.poll(() => committed('livers', topic)).toBe(120)
  const { groups } = await admin.describeGroups(['livers'])
  expect(groups).toMatchObject([{ state: 'Stable', members: { length: 2 } }])
})

test('an administrator sees groups and their offsets, sets them back, and deletes them', async () => {
  const topic = 'administered'
  const groupId = 'administrators'
  await createTopic(topic)
  await produce(topic, 60)
  const member = await startMember(topic, groupId)
  await expect.poll(() => committed(groupId, topic)).toBe(60)
  const { groups } = await admin.describeGroups([groupId])
  expect(groups).toMatchObject([{ state: 'Stable', protocolType: 'consumer' }])
  await expect(admin.deleteGroups([groupId])).rejects.toMatchObject({
    groups: [{ groupId, errorCode: 68 }],
  })
  await member.leave()
  await admin.resetOffsets({ groupId, topic, earliest: true })
  expect(await committed(groupId, topic)).toBe(0)
  const again = await startMember(topic, groupId)
  await expect.poll(() => [...again.received].sort()).toEqual(numbers(0, 60))
  await again.leave()
  expect((await admin.listGroups()).groups.map((one) => one.groupId)).toContain(groupId)
  await admin.deleteGroups([groupId])
  expect((await admin.listGroups()).groups.map((one) => one.groupId)).not.toContain(groupId)
})

/** A member by @platformatic/kafka, of the classic or the new protocol. */
async function startPlatformatic(
  topic: string,
  groupId: string,
  groupProtocol: 'classic' | 'consumer',
) {
  const consumer = new Consumer<string, string, string, string>({
    clientId: 'journey',
    bootstrapBrokers: [brokerOf(server)],
    groupId,
    deserializers: stringDeserializers,
    autocommit: 100,
    maxWaitTime: 100,
    ...(groupProtocol === 'consumer'
      ? { groupProtocol }
      : { groupProtocol, sessionTimeout: 10_000, heartbeatInterval: 500 }),
  })
  const received: string[] = []
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
  })
  stream.on('data', ({ value }) => {
    received.push(value)
  })
  // What goes wrong shows in what is received; a stream without a listener would end the process.
  stream.on('error', () => undefined)
  consumer.on('error', () => undefined)
  let isIn = true
  const leave = async () => {
    if (isIn) await consumer.close(true)
    isIn = false
  }
  open.push(leave)
  const partitions = () =>
    [...(consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? [])].sort()
  return { partitions, received, leave }
}

async function produceByPlatformatic(topic: string, from: number, to: number): Promise<void> {
  const producer = new Producer({
    clientId: 'journey',
    bootstrapBrokers: [brokerOf(server)],
    serializers: stringSerializers,
  })
  const messages = Array.from({ length: to - from }, (_, index) => ({
    topic,
    partition: index % PARTITIONS,
    value: String(from + index),
  }))
  await producer.send({ messages })
  await producer.close()
}

test.each(['classic', 'consumer'] as const)(
  'members of a @platformatic/kafka group of the %s protocol share the partitions, come and go',
  async (protocol) => {
    const topic = `platformatic-${protocol}`
    const groupId = `platformers-${protocol}`
    await createTopic(topic)
    await produceByPlatformatic(topic, 0, 60)
    const first = await startPlatformatic(topic, groupId, protocol)
    await expect.poll(() => first.partitions()).toEqual(all)
    await expect.poll(() => [...first.received].sort()).toEqual(numbers(0, 60))
    const second = await startPlatformatic(topic, groupId, protocol)
    await expect.poll(() => second.partitions().length).toBe(PARTITIONS / 2)
    await expect.poll(() => [...first.partitions(), ...second.partitions()].sort()).toEqual(all)
    await produceByPlatformatic(topic, 60, 120)
    const received = () => [...new Set([...first.received, ...second.received])].sort()
    await expect.poll(received).toEqual(numbers(0, 120))
    await first.leave()
    await expect.poll(() => second.partitions()).toEqual(all)
    await produceByPlatformatic(topic, 120, 180)
    await expect.poll(received).toEqual(numbers(0, 180))
  },
)
