import { randomInt } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kafka as KafkaClient, Producer } from 'kafkajs'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = 4
const KILL_AFTER_MS = { least: 150, most: 900 }
const PRODUCERS = 3
const topics = ['left', 'right']

interface Told {
  /** The marks of transactions whose commit was answered. */
  readonly committed: string[]
  /** Of those whose abort was answered. */
  readonly aborted: string[]
}

function connect(server: RunningHeadrace): KafkaClient {
  return new Kafka({
    brokers: [server.kafka ?? ''],
    logLevel: logLevel.NOTHING,
    retry: { retries: 2, initialRetryTime: 50 },
  })
}

async function newProducer(kafka: KafkaClient, transactionalId: string): Promise<Producer> {
  const producer = kafka.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  return producer
}

/** Writes the same mark into all partitions of both topics, again and again, until the server is gone. */
async function write(producer: Producer, name: string, told: Told, isGone: () => boolean) {
  for (let serial = 0; !isGone(); serial++) {
    const mark = `${name}-${serial}`
    const isAbort = serial % 4 === 3
    try {
      const transaction = await producer.transaction()
      await transaction.sendBatch({
        topicMessages: topics.map((topic) => ({
          topic,
          messages: [0, 1].map((partition) => ({ partition, value: mark })),
        })),
      })
      if (isAbort) await transaction.abort()
      else await transaction.commit()
    } catch (error) {
      if (!isGone()) throw error
      return
    }
    if (isAbort) told.aborted.push(mark)
    else told.committed.push(mark)
  }
}

/** How often each mark is read by who wants committed records. */
async function read(kafka: KafkaClient): Promise<ReadonlyMap<string, number>> {
  // A record without a transaction behind all others shows where the end is.
  const last = await newProducer(kafka, 'last')
  const transaction = await last.transaction()
  await transaction.sendBatch({
    topicMessages: topics.map((topic) => ({
      topic,
      messages: [0, 1].map((partition) => ({ partition, value: 'end' })),
    })),
  })
  await transaction.commit()
  await last.disconnect()
  const consumer = kafka.consumer({ groupId: `reader-${randomInt(1e9)}`, maxWaitTimeInMs: 50 })
  const counts = new Map<string, number>()
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    async eachMessage({ message }) {
      const mark = String(message.value)
      counts.set(mark, (counts.get(mark) ?? 0) + 1)
    },
  })
  await expect.poll(() => counts.get('end') ?? 0).toBeGreaterThanOrEqual(4)
  await consumer.disconnect()
  counts.delete('end')
  return counts
}

test('transactions are whole after every kill, and those that were answered are as they were answered', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const flags = ['--kafka', 'on', '--kafka-port', '0']
  const told: Told = { committed: [], aborted: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir, flags })
    const kafka = connect(server)
    const admin = kafka.admin()
    await admin.connect()
    if (round === 0) {
      await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 2 })) })
    }
    await admin.disconnect()
    let isGone = false
    // The next incarnation of each producer ends what the one before has left open.
    const names = Array.from({ length: PRODUCERS }, (_, index) => `producer-${index}`)
    const producers = await Promise.all(names.map((name) => newProducer(kafka, name)))
    const writing = producers.map((producer, index) =>
      write(producer, `${round}-${index}`, told, () => isGone),
    )
    await new Promise((resolve) =>
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most)),
    )
    isGone = true
    await server.kill()
    await Promise.all(writing)
    await Promise.all(producers.map((producer) => producer.disconnect().catch(() => undefined)))
  }
  const server = await startHeadrace({ dataDir, flags })
  const kafka = connect(server)
  for (let index = 0; index < PRODUCERS; index++) {
    const producer = await newProducer(kafka, `producer-${index}`)
    const transaction = await producer.transaction()
    await transaction.abort()
    await producer.disconnect()
  }
  const counts = await read(kafka)
  expect(told.committed.length).toBeGreaterThan(ROUNDS)
  expect(told.committed.filter((mark) => counts.get(mark) !== 4)).toEqual([])
  expect(told.aborted.filter((mark) => counts.has(mark))).toEqual([])
  expect([...counts].filter(([, count]) => count !== 4)).toEqual([])
  expect(await server.stop()).toBe(0)
}, 180_000)
