import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KafkaWorld, TestRecord } from '../../../../test/support/kafka-world.ts'
import {
  batchOf,
  createKafkaWorld,
  fetchRequest,
  makeTopic,
  produceTo,
  SCOPE,
} from '../../../../test/support/kafka-world.ts'
import { crc32c } from '../../../engines/checksum/crc32c.ts'
import { planSplit } from '../../kinesis/resharding.ts'
import { decodeSequenceNumber, offsetOf } from '../../kinesis/sequence-number.ts'
import { shardAt } from '../../kinesis/shard-reads.ts'

const KEY = { ...SCOPE, name: 'orders' }
const HEADER_BYTES = 61
const GZIP = 1
const TRANSACTIONAL = 16
const CONTROL = 32

/** A record as both protocols show it. */
interface Seen {
  readonly offset: number
  readonly key: string
  readonly value: string
  readonly timestampMs: number
}

function gzipped(batch: Buffer): Buffer {
  const head = Buffer.from(batch.subarray(0, HEADER_BYTES))
  const bytes = Buffer.concat([head, gzipSync(batch.subarray(HEADER_BYTES))])
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt16BE(GZIP, 21)
  return withChecksum(bytes)
}

function inTransaction(batch: Buffer, producerId: number): Buffer {
  const bytes = Buffer.from(batch)
  bytes.writeInt16BE(bytes.readInt16BE(21) | TRANSACTIONAL, 21)
  bytes.writeBigInt64BE(BigInt(producerId), 43)
  bytes.writeInt16BE(0, 51)
  bytes.writeInt32BE(0, 53)
  return withChecksum(bytes)
}

function withChecksum(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

/** What a consumer of Kafka makes of a batch; none for a marker. */
function decode(batch: Buffer): ReadonlyArray<Seen> {
  const attributes = batch.readInt16BE(21)
  if ((attributes & CONTROL) !== 0) return []
  const body = batch.subarray(HEADER_BYTES)
  const bytes = (attributes & 7) === GZIP ? gunzipSync(body) : body
  let at = 0
  const varint = () => {
    let number = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++] ?? 0)
      number |= (byte & 127n) << shift
      if (byte < 128n) return Number((number >> 1n) ^ -(number & 1n))
    }
  }
  const text = () => {
    const length = varint()
    if (length < 0) return ''
    at += length
    return bytes.toString('utf8', at - length, at)
  }
  return Array.from({ length: batch.readInt32BE(57) }, () => {
    const end = varint() + at
    at++
    const timestampMs = Number(batch.readBigInt64BE(27)) + varint()
    const offset = Number(batch.readBigInt64BE(0)) + varint()
    const seen = { offset, key: text(), value: text(), timestampMs }
    at = end
    return seen
  })
}

async function seenByKafka(world: KafkaWorld, id: string, number: number): Promise<Seen[]> {
  const seen: Seen[] = []
  for (let offset = 0; ; ) {
    const request = fetchRequest([[id, number, offset]], { isolationLevel: 1, maxBytes: 300 })
    const { responses } = await world.call('fetch', request)
    const { records, abortedTransactions } = responses[0]?.partitions[0] ?? {}
    const batches = (records ?? []).flatMap(split)
    if (batches.length === 0) return seen
    for (const batch of batches) {
      const producerId = Number(batch.readBigInt64BE(43))
      const isAborted = abortedTransactions?.some((one) => one.producerId === producerId)
      if (!isAborted) seen.push(...decode(batch).filter((one) => one.offset >= offset))
      offset = Number(batch.readBigInt64BE(0)) + batch.readInt32BE(23) + 1
    }
  }
}

function split(bytes: Buffer): ReadonlyArray<Buffer> {
  const batches: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readInt32BE(at + 8) + 12
    batches.push(bytes.subarray(at, end))
    at = end
  }
  return batches
}

async function seenByKinesis({ kinesis }: KafkaWorld, number: number): Promise<Seen[]> {
  const at = shardAt(KEY, await kinesis.streams.get(KEY), number)
  const seen: Seen[] = []
  for (let offset = await kinesis.reads.startOffset(at, { at: 'TRIM_HORIZON' }); ; ) {
    const request = { offset, recordsMax: 3, bytesMax: 1e6 }
    const { records, nextOffset, endOffset } = await kinesis.reads.read(at, request)
    for (const record of records) {
      const parts = decodeSequenceNumber(record.sequenceNumber)
      seen.push({
        offset: parts ? offsetOf(parts) : -1,
        key: record.partitionKey,
        value: Buffer.from(record.data).toString(),
        timestampMs: record.arrivalMs,
      })
    }
    offset = nextOffset
    if (offset >= endOffset) return seen
  }
}

type Step =
  | { readonly kind: 'put'; readonly records: ReadonlyArray<string> }
  | {
      readonly kind: 'produce'
      readonly records: ReadonlyArray<TestRecord>
      readonly gzip: boolean
      readonly end?: 'commit' | 'abort'
    }
  | { readonly kind: 'grow' }
  | { readonly kind: 'split' }

const text = fc.string({ maxLength: 20 })
const record = fc.record({
  key: fc.option(text, { nil: null }),
  value: fc.option(text, { nil: null }),
})
const records = fc.array(record, { minLength: 1, maxLength: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      records: fc.array(text.filter(Boolean), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record(
      {
        kind: fc.constant('produce' as const),
        records,
        gzip: fc.boolean(),
        end: fc.constantFrom('commit' as const, 'abort' as const),
      },
      { requiredKeys: ['kind', 'records', 'gzip'] },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'grow' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'split' as const }) },
)

/** How many records of the step may be seen. */
async function run(world: KafkaWorld, step: Step, number: number): Promise<number> {
  const topic = await world.topics.find(SCOPE, 'orders')
  if (!topic) throw new Error('the topic is there')
  const open = Array.from({ length: topic.partitionCount }, (_, one) => one).filter(topic.isOpen)
  const partition = open[number % open.length] ?? 0
  if (step.kind === 'put') {
    const entries = step.records.map((one) => ({ partitionKey: one, data: Buffer.from(one) }))
    await world.kinesis.producer.put(KEY, entries, () => 'data')
    return entries.length
  }
  if (step.kind === 'grow') {
    await world.admin.grow(SCOPE, topic, topic.partitionCount + 1, false)
    return 0
  }
  if (step.kind === 'split') {
    await world.kinesis.streams.change(KEY, (stream) => {
      const shard = stream.shards[partition]
      const hash = BigInt(`0x${shard?.startHash}`) + 1n
      return { ...stream, ...planSplit(stream, partition, hash), status: 'UPDATING' }
    })
    return 0
  }
  const plain = batchOf(world, ...step.records)
  const batch = step.gzip ? gzipped(plain) : plain
  const id = topic.partition(partition)
  if (step.end === undefined || !id) {
    expect((await produceTo(world, ['orders', partition], batch)).errorCode).toBe(0)
    return step.records.length
  }
  const producer = { producerId: 1000 + number, producerEpoch: 0 }
  const options = { transactionalId: 'mine' }
  const sent = inTransaction(batch, producer.producerId)
  expect((await produceTo(world, ['orders', partition], sent, options)).errorCode).toBe(0)
  const commit = step.end === 'commit'
  await world.batches.endTransaction(id, { ...producer, coordinatorEpoch: 0, commit })
  return commit ? step.records.length : 0
}

test('whatever mix of PutRecords and Produce, both protocols read the same records in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const world = await createKafkaWorld()
      const id = await makeTopic(world, 'orders', 2)
      let expected = 0
      for (const [number, one] of steps.entries()) {
        expected += await run(world, one, number)
        await world.advance(number % 3 === 0 ? 700 : 0)
      }
      const { partitionCount = 0 } = (await world.topics.find(SCOPE, 'orders')) ?? {}
      let count = 0
      for (let number = 0; number < partitionCount; number++) {
        const seen = await seenByKafka(world, id, number)
        expect(await seenByKinesis(world, number)).toEqual(seen)
        count += seen.length
      }
      expect(count).toBe(expected)
      await world.engine.close()
    }),
    { seed: 7, numRuns: 30 },
  )
})

test('a key of PutRecords is the key in Kafka, and its time is that of arrival', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  const entry = { partitionKey: 'müsli', explicitHashKey: '7', data: Buffer.from('granola') }
  await world.kinesis.producer.put(KEY, [entry], () => 'data')
  const timestampMs = world.clock.wallMs()
  expect(await seenByKafka(world, id, 0)).toEqual([
    { offset: 0, key: 'müsli', value: 'granola', timestampMs },
  ])
})
