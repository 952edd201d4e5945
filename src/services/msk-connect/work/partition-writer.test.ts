import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  batchOf,
  createKafkaWorld,
  makeTopic,
  produceTo,
  SCOPE,
} from '../../../../test/support/kafka-world.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../../test/support/memory-objects.ts'
import { EngineError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { LogEngine, LogRecord } from '../../../engines/log/port.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaBatch, MetaStore } from '../../../engines/meta/port.ts'
import type { ScratchSpace } from '../../../engines/scratch.ts'
import { createGroups } from '../../kafka/groups/groups.ts'
import type { LogEvent } from '../../logs/log-groups.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import type { Connector } from '../connector.ts'
import { connectLimits } from '../limits.ts'
import { readSinkSettings } from '../sink/settings.ts'
import { createCheckpoints } from './checkpoints.ts'
import { openPartitionWriter } from './partition-writer.ts'
import type { SinkDeps } from './sink-run.ts'
import { createSpool } from './spool.ts'

const TOPIC = 'orders'
const never = new AbortController().signal
const HOUR_MS = 3_600_000

const connector = {
  ...{ name: 'to-s3', id: 'id-1', version: 'V1', state: 'RUNNING', createdMs: 0, tags: {} },
  logGroup: '/connect',
} as unknown as Connector

const configurationOf = (more: Readonly<Record<string, string>>) => ({
  'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
  'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
  's3.bucket.name': 'landing',
  topics: TOPIC,
  'flush.size': '3',
  ...more,
})

/** Scratch files in memory, that are counted. */
function createScratch(): ScratchSpace & { readonly open: Set<string> } {
  const open = new Set<string>()
  return {
    open,
    async create(purpose) {
      const files = new Map<string, Buffer>()
      const path = `${purpose}-${open.size}`
      open.add(path)
      const unused = async () => {
        throw new Error('not used')
      }
      return {
        path,
        async write(name, chunks) {
          files.set(name, Buffer.concat(chunks))
        },
        read: async (name) => files.get(name),
        async remove() {
          open.delete(path)
        },
        ...{ makeDirectory: unused, link: unused, files: unused },
      }
    },
  }
}

/** A partition and a bucket; every durable step may be the last one before a crash. */
async function createHouse(memoryBytes: number = connectLimits.taskMemoryBytes) {
  const world = await createKafkaWorld()
  await makeTopic(world, TOPIC)
  const { clock, topics, engine, admin } = world
  const crash = { after: Number.POSITIVE_INFINITY }
  const step = () => {
    if (crash.after-- <= 0) throw new EngineError('unavailable', 'the power is gone')
  }
  const memory = createMemoryMeta()
  const meta: MetaStore = {
    ...memory,
    async commit(batch: MetaBatch) {
      step()
      await memory.commit(batch)
    },
  }
  const stored = createMemoryObjects(clock)
  const versions = new Map<string, Set<string>>()
  const objects: ObjectAccess = {
    ...stored,
    async put(scope, request) {
      step()
      const summary = await stored.put(scope, request)
      versions.set(request.key, (versions.get(request.key) ?? new Set()).add(summary.etag))
      return summary
    },
  }
  const scratch = createScratch()
  const told: LogEvent[] = []
  const appended: LogRecord[] = []
  const refusal: { error?: EngineError } = {}
  const log: LogEngine = {
    ...engine,
    async append(id, records) {
      if (refusal.error) throw refusal.error
      appended.push(...records)
      return engine.append(id, records)
    },
  }
  const random = createSeededRandom(1)
  const leases = createLeases({ meta: memory, clock, owner: 'me', log: silentLogger })
  const metrics = silentMetrics
  const background = createBackground({ leases, clock, random, log: silentLogger, metrics })

  /** As after a start of the process: nothing but what is durable is known. */
  async function open(more: Readonly<Record<string, string>>) {
    const groups = createGroups({ meta, topics, background, clock, log: silentLogger })
    const deps: SinkDeps = {
      ...{ meta, objects, scratch, clock, metrics, log },
      kafka: { topics, admin, groups },
      logs: { append: async (_scope, _target, events) => void told.push(...events) },
      checkpoints: createCheckpoints(meta),
    }
    const configuration = configurationOf(more)
    const settings = readSinkSettings(configuration)
    const topic = await topics.find(SCOPE, TOPIC)
    const partition = topic?.partition(0)
    if (!topic || !partition) throw new Error('the topic is not there')
    const run = { scope: SCOPE, connector, settings, configuration }
    const spool = createSpool(scratch, memoryBytes)
    return openPartitionWriter(deps, run, { topic, number: 0, partition }, { id: 0, spool })
  }

  const produce = (...values: ReadonlyArray<string | null>) =>
    produceTo(world, [TOPIC, 0], batchOf(world, ...values.map((value) => ({ value }))))

  return { ...world, open, produce, stored, versions, crash, told, scratch, appended, refusal }
}

async function readAll(writer: Awaited<ReturnType<typeof openPartitionWriter>>) {
  while (await writer.step(never));
}

const byClock = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner',
  'partition.duration.ms': String(HOUR_MS),
  'path.format': "'hour'=HH",
  locale: 'en',
  timezone: 'UTC',
}

test('objects are closed with so many records, and what is left waits', async () => {
  const { open, produce, stored } = await createHouse()
  await produce('a', 'b', 'c', 'd')
  const writer = await open({})
  await readAll(writer)
  expect(stored.keys()).toEqual(['s3://landing/topics/orders/partition=0/orders+0+0000000000.json'])
  await produce('e', 'f')
  await readAll(writer)
  expect(stored.text('s3://landing/topics/orders/partition=0/orders+0+0000000003.json')).toBe(
    '"d"\n"e"\n"f"\n',
  )
})

test('by a schedule objects are closed although nothing comes', async () => {
  const { open, produce, stored, advance } = await createHouse()
  const writer = await open({ 'rotate.schedule.interval.ms': '60000', timezone: 'Europe/Zurich' })
  await produce('a')
  await readAll(writer)
  expect(stored.keys()).toEqual([])
  expect(writer.nextMs()).toBeDefined()
  await advance(60_000)
  await readAll(writer)
  expect(stored.keys()).toHaveLength(1)
  expect(writer.nextMs()).toBeUndefined()
})

test('by an interval objects are closed when a record is so much younger, or of another folder', async () => {
  const { open, produce, stored, advance } = await createHouse()
  const record = { ...byClock, 'timestamp.extractor': 'Record', 'rotate.interval.ms': '600000' }
  const writer = await open({ ...record, 'flush.size': '100' })
  await produce('a')
  await advance(600_000)
  await produce('b')
  await advance(HOUR_MS)
  await produce('c')
  await readAll(writer)
  expect(stored.keys()).toEqual([
    's3://landing/topics/orders/hour=00/orders+0+0000000000.json',
    's3://landing/topics/orders/hour=00/orders+0+0000000001.json',
  ])
})

test('a crash at any step loses nothing and changes no object, whatever the clock says after it', async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 })
  const hops = fc.array(fc.integer({ min: 0, max: 2 * HOUR_MS }), { minLength: 8, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(steps, hops, async (crashes, waits) => {
      const house = await createHouse()
      const { open, produce, stored, versions, crash, advance } = house
      const sent: string[] = []
      for (let round = 0; round < 8; round++) {
        const values = Array.from({ length: 5 }, (_, index) => `r${round}-${index}`)
        await produce(...values)
        sent.push(...values)
        crash.after = crashes[round] ?? Number.POSITIVE_INFINITY
        try {
          await readAll(await open({ ...byClock, 'flush.size': '4' }))
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError)
        }
        crash.after = Number.POSITIVE_INFINITY
        await advance(waits[round] ?? 0)
      }
      const last = await open({ ...byClock, 'flush.size': '1' })
      await readAll(last)
      const found = stored
        .keys()
        .flatMap((key) => stored.text(key).trimEnd().split('\n'))
        .map((text) => JSON.parse(text) as string)
      expect(found.toSorted()).toEqual(sent.toSorted())
      for (const etags of versions.values()) expect(etags.size).toBe(1)
    }),
    { seed: 11, numRuns: 25, endOnFailure: true },
  )
})

const toDeadLetters = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
}

test('what cannot be read goes into the dead letter queue, with the reason', async () => {
  const { open, produce, stored, engine, topics, told } = await createHouse()
  const writer = await open({
    ...toDeadLetters,
    'errors.log.enable': 'true',
    'errors.deadletterqueue.context.headers.enable': 'true',
    'behavior.on.null.values': 'ignore',
  })
  await produce('{"a":1}', 'broken', null, '{"a":2}', '{"a":3}')
  await readAll(writer)
  expect(stored.text(stored.keys()[0] ?? '')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n')
  const partition = (await topics.find(SCOPE, 'dead'))?.partition(0)
  if (!partition) throw new Error('the queue is not there')
  const { records } = await engine.read(partition, { offset: 0, recordsMax: 9, bytesMax: 9_999 })
  expect(records.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(['broken'])
  const headers = Object.fromEntries(
    (records[0]?.headers ?? []).map(({ name, value }) => [
      name,
      Buffer.from(value ?? []).toString(),
    ]),
  )
  expect(headers).toMatchObject({
    '__connect.errors.topic': TOPIC,
    '__connect.errors.offset': '1',
    '__connect.errors.stage': 'VALUE_CONVERTER',
  })
  expect(told).toHaveLength(1)
})

test('dead letters wait with the records around them until they take too much memory', async () => {
  const { open, produce, stored, appended } = await createHouse()
  const writer = await open({ ...toDeadLetters, 'flush.size': '100' })
  const eighth = 'x'.repeat(connectLimits.letterBytesMax / 8)
  await produce('{"a":1}')
  for (const value of [...Array<string>(7).fill(eighth), eighth.slice(1)]) await produce(value)
  await readAll(writer)
  expect([appended.length, stored.keys().length]).toEqual([0, 0])
  await produce('x')
  await readAll(writer)
  expect([appended.length, stored.keys().length]).toEqual([9, 1])
  await produce('{"a":2}', 'x')
  await readAll(writer)
  expect([appended.length, stored.keys().length]).toEqual([9, 1])
})

test('a dead letter that waits keeps none of the other bytes that were read with it', async () => {
  const { open, produce, appended } = await createHouse()
  const writer = await open(toDeadLetters)
  await produce('{"a":1}', 'broken', '{"a":2}', '{"a":3}')
  await readAll(writer)
  expect(appended.map(({ value }) => value?.buffer.byteLength)).toEqual(['broken'.length])
})

test.each([
  ['invalid', { code: 'TaskFailed', message: expect.stringContaining('never this one') }],
  ['unavailable', { kind: 'unavailable' }],
] as const)(
  'a dead letter queue that answers %s decides whether it is tried again',
  async (kind, seen) => {
    const { open, produce, refusal } = await createHouse()
    await produce('broken')
    refusal.error = new EngineError(kind, 'never this one')
    const writer = await open(toDeadLetters)
    await expect(readAll(writer)).rejects.toMatchObject(seen)
    // What was written down is no different.
    await expect(open(toDeadLetters)).rejects.toMatchObject(seen)
  },
)

test.each([
  ['what cannot be read', 'broken', {}],
  ['a null value', null, { 'errors.tolerance': 'all' }],
])('%s ends the task where it is not tolerated', async (_what, value, more) => {
  const { open, produce } = await createHouse()
  const converter = { 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' }
  const writer = await open({ ...converter, ...more })
  await produce(value)
  await expect(writer.step(never)).rejects.toMatchObject({ code: 'TaskFailed' })
})

test('a large object lies in scratch files until it is written, and is compressed from there', async () => {
  const { open, produce, stored, scratch } = await createHouse(1_000)
  const writer = await open({ 'flush.size': '50', 's3.compression.type': 'gzip' })
  const values = Array.from({ length: 50 }, (_, index) => `${index}`.padStart(100, '.'))
  for (let at = 0; at < 50; at += 10) await produce(...values.slice(at, at + 10))
  await writer.step(never)
  await readAll(writer)
  const [key = ''] = stored.keys()
  expect(key).toMatch(/\.json\.gz$/)
  const object = await stored.get(SCOPE, 'landing', key.replace('s3://landing/', ''))
  const lines = gunzipSync(object.body as Uint8Array)
    .toString()
    .trimEnd()
    .split('\n')
  expect(lines.map((text) => JSON.parse(text))).toEqual(values)
  expect(scratch.open.size).toBe(0)
})

test('who starts at the latest gets what comes from then on, also after a restart', async () => {
  const { open, produce, stored } = await createHouse()
  const latest = { 'consumer.override.auto.offset.reset': 'latest', 'flush.size': '1' }
  await produce('before')
  const writer = await open(latest)
  await writer.close()
  await produce('after')
  await readAll(await open(latest))
  expect(stored.keys()).toEqual(['s3://landing/topics/orders/partition=0/orders+0+0000000001.json'])
})
