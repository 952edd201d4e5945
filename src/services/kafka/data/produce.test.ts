import { describe, expect, test } from 'vitest'
import {
  batchOf,
  createKafkaWorld,
  makeTopic,
  produceTo,
  SCOPE,
} from '../../../../test/support/kafka-world.ts'
import { crc32c } from '../../../engines/checksum/crc32c.ts'
import { kafkaErrorName } from '../../../wire/kafka/errors.ts'
import { planSplit } from '../../kinesis/resharding.ts'

const HOUR_MS = 3_600_000

/** The batch with some bytes of its header changed, and the checksum of what it is then. */
function changed(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(batch)
  change(copy)
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17)
  return copy
}

function ofProducer(batch: Buffer, producerId: number, sequence: number, attributes = 0): Buffer {
  return changed(batch, (bytes) => {
    bytes.writeInt16BE(attributes, 21)
    bytes.writeBigInt64BE(BigInt(producerId), 43)
    bytes.writeInt16BE(0, 51)
    bytes.writeInt32BE(sequence, 53)
  })
}

const nameOf = ({ errorCode }: { readonly errorCode: number }) => kafkaErrorName(errorCode)

test('records are acknowledged at their offset, once they are durable', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  expect(await produceTo(world, ['orders', 0], batchOf(world, {}, {}))).toMatchObject({
    errorCode: 0,
    baseOffset: 0,
    logAppendTimeMs: -1,
  })
  expect(await produceTo(world, ['orders', 0], batchOf(world, {}), { acks: 1 })).toMatchObject({
    baseOffset: 2,
  })
  world.faulty.fail('sync', 1)
  expect(nameOf(await produceTo(world, ['orders', 0], batchOf(world, {})))).toBe(
    'KAFKA_STORAGE_ERROR',
  )
})

test('who wants no acknowledgement gets no answer', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  const answer = await world.call('produce', {
    transactionalId: null,
    acks: 0,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(world, {}) }] }],
  })
  expect(answer).toBeUndefined()
  const id = (await world.topics.find(SCOPE, 'orders'))?.partition(0)
  expect(id && (await world.batches.bounds(id)).endOffset).toBe(1)
})

test('who wants no acknowledgement is told of a failure by the end of the connection', async () => {
  const world = await createKafkaWorld()
  const topicData = [
    { name: 'nothing', partitionData: [{ index: 0, records: batchOf(world, {}) }] },
  ]
  const request = { transactionalId: null, acks: 0, topicData }
  await expect(world.call('produce', request)).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
})

test('each partition fails by itself', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders', 2)
  const good = () => batchOf(world, {})
  const { responses } = await world.call('produce', {
    transactionalId: null,
    acks: -1,
    topicData: [
      {
        name: 'orders',
        partitionData: [
          { index: 0, records: good() },
          { index: 1, records: Buffer.from('no batch at all') },
          { index: 2, records: good() },
        ],
      },
      { name: 'nothing', partitionData: [{ index: 0, records: good() }] },
    ],
  })
  const errors = responses.map(({ partitionResponses }) => partitionResponses.map(nameOf))
  expect(errors).toEqual([
    ['NONE', 'INVALID_RECORD', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['UNKNOWN_TOPIC_OR_PARTITION'],
  ])
})

describe('refused', () => {
  const cases: ReadonlyArray<readonly [string, (batch: Buffer) => Buffer | null, string]> = [
    ['no records', () => null, 'INVALID_RECORD'],
    ['an empty list', () => Buffer.alloc(0), 'INVALID_RECORD'],
    ['half a batch', (batch) => batch.subarray(0, batch.length - 1), 'INVALID_RECORD'],
    ['two batches', (batch) => Buffer.concat([batch, batch]), 'INVALID_RECORD'],
    [
      'a batch of version 1',
      (batch) => changed(batch, (b) => b.writeInt8(1, 16)),
      'INVALID_RECORD',
    ],
    [
      'a length that is none',
      (batch) => changed(batch, (b) => b.writeInt32BE(3, 8)),
      'CORRUPT_MESSAGE',
    ],
    [
      'a wrong checksum',
      (batch) => {
        const copy = Buffer.from(batch)
        copy.writeUInt32BE(copy.readUInt32BE(17) ^ 1, 17)
        return copy
      },
      'CORRUPT_MESSAGE',
    ],
    [
      'an offset that is not 0',
      (batch) => changed(batch, (b) => b.writeInt32BE(7, 4)),
      'INVALID_RECORD',
    ],
    [
      'another number of records',
      (batch) => changed(batch, (b) => b.writeInt32BE(5, 57)),
      'INVALID_RECORD',
    ],
    ['no record', (batch) => changed(batch, (b) => b.writeInt32BE(0, 57)), 'INVALID_RECORD'],
    [
      'a marker of transactions',
      (batch) => changed(batch, (b) => b.writeInt16BE(32, 21)),
      'INVALID_RECORD',
    ],
    ['a producer without a sequence', (batch) => ofProducer(batch, 5, -1), 'INVALID_RECORD'],
    [
      'a compression nobody knows',
      (batch) => changed(batch, (b) => b.writeInt16BE(5, 21)),
      'UNSUPPORTED_COMPRESSION_TYPE',
    ],
    [
      'the word that it has the time of arrival',
      (batch) => changed(batch, (b) => b.writeInt16BE(8, 21)),
      'INVALID_TIMESTAMP',
    ],
    [
      'a transaction in a request without one',
      (batch) => ofProducer(batch, 5, 0, 16),
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    ],
  ]
  test.each(cases)('%s', async (_, make, error) => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders')
    expect(nameOf(await produceTo(world, ['orders', 0], make(batchOf(world, {}))))).toBe(error)
    const good = await produceTo(world, ['orders', 0], batchOf(world, {}))
    expect(good).toMatchObject({ errorCode: 0, baseOffset: 0 })
  })

  test('zstd from clients that are too old to know it', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders')
    const batch = () => changed(batchOf(world, {}), (bytes) => bytes.writeInt16BE(4, 21))
    const error = async (apiVersion: number) =>
      nameOf(await produceTo(world, ['orders', 0], batch(), { apiVersion }))
    expect(await error(6)).toBe('UNSUPPORTED_COMPRESSION_TYPE')
    expect(await error(7)).toBe('NONE')
  })

  test('batches beyond the size that the topic takes, and none at it', async () => {
    const world = await createKafkaWorld()
    const atLimit = batchOf(world, { value: 'x'.repeat(1000) })
    const configs = { 'max.message.bytes': String(atLimit.length) }
    await makeTopic(world, 'orders', 1, configs)
    const beyond = batchOf(world, { value: 'x'.repeat(1001) })
    expect(nameOf(await produceTo(world, ['orders', 0], beyond))).toBe('MESSAGE_TOO_LARGE')
    expect(nameOf(await produceTo(world, ['orders', 0], atLimit))).toBe('NONE')
  })

  test('batches that no segment of the topic has room for', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, {
      'max.message.bytes': '33554432',
      'segment.bytes': '1048576',
    })
    const beyond = batchOf(world, { value: 'x'.repeat(1 << 20) })
    expect(nameOf(await produceTo(world, ['orders', 0], beyond))).toBe('RECORD_LIST_TOO_LARGE')
  })

  test('times that are out of range', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'message.timestamp.before.max.ms': '1000' })
    const at = async (deltaMs: number) => {
      const timestampMs = world.clock.wallMs() + deltaMs
      return nameOf(await produceTo(world, ['orders', 0], batchOf(world, { timestampMs })))
    }
    expect(await at(HOUR_MS)).toBe('NONE')
    expect(await at(HOUR_MS + 1)).toBe('INVALID_TIMESTAMP')
    expect(await at(-1000)).toBe('NONE')
    expect(await at(-1001)).toBe('INVALID_TIMESTAMP')
  })

  test('records without a key in a compacted topic', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'cleanup.policy': 'compact' })
    const batch = batchOf(world, { key: 'a' }, { key: null })
    expect(nameOf(await produceTo(world, ['orders', 0], batch))).toBe('INVALID_RECORD')
    expect(nameOf(await produceTo(world, ['orders', 0], batchOf(world, { key: 'a' })))).toBe('NONE')
  })

  test('acknowledgements that are none, or of more replicas than there are', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'min.insync.replicas': '2' })
    const error = async (acks: number) =>
      nameOf(await produceTo(world, ['orders', 0], batchOf(world, {}), { acks }))
    expect(await error(2)).toBe('INVALID_REQUIRED_ACKS')
    expect(await error(-1)).toBe('NOT_ENOUGH_REPLICAS')
    expect(await error(1)).toBe('NONE')
  })

  test('who may not write', async () => {
    const world = await createKafkaWorld({
      allows: (_, operation, { type, name }) =>
        operation !== 'write' || (type === 'topic' ? name === 'orders' : name === 'mine'),
    })
    await makeTopic(world, 'orders')
    const error = async (topic: string, transactionalId?: string) =>
      nameOf(
        await produceTo(world, [topic, 0], batchOf(world, {}), {
          ...(transactionalId && { transactionalId }),
        }),
      )
    expect(await error('secret')).toBe('TOPIC_AUTHORIZATION_FAILED')
    expect(await error('orders', 'yours')).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
    expect(await error('orders', 'mine')).toBe('NONE')
  })
})

test('a shard that was split takes no records, and says so for good; its children do', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  await world.kinesis.streams.change({ ...SCOPE, name: 'orders' }, (stream) => {
    return { ...stream, ...planSplit(stream, 0, 2n ** 127n), status: 'UPDATING' }
  })
  const answer = await produceTo(world, ['orders', 0], batchOf(world, {}))
  expect(nameOf(answer)).toBe('POLICY_VIOLATION')
  expect(answer.errorMessage).toContain('CreatePartitions')
  expect(nameOf(await produceTo(world, ['orders', 1], batchOf(world, {})))).toBe('NONE')
  expect(nameOf(await produceTo(world, ['orders', 2], batchOf(world, {})))).toBe('NONE')
})

test('a topic may have the time of arrival instead of that of its producers', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders', 1, { 'message.timestamp.type': 'LogAppendTime' })
  const batch = batchOf(world, { timestampMs: 5 })
  const nowMs = world.clock.wallMs()
  expect(await produceTo(world, ['orders', 0], batch)).toMatchObject({ logAppendTimeMs: nowMs })
  const id = (await world.topics.find(SCOPE, 'orders'))?.partition(0)
  if (!id) throw new Error('the partition is there')
  const { records } = await world.engine.read(id, { offset: 0, recordsMax: 1, bytesMax: 1000 })
  expect(records[0]?.timestampMs).toBe(nowMs)
})

test('an idempotent producer may repeat itself, and may not leave a gap', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  const send = async (sequence: number) => {
    const answer = await produceTo(
      world,
      ['orders', 0],
      ofProducer(batchOf(world, {}), 5, sequence),
    )
    return [nameOf(answer), answer.baseOffset]
  }
  expect(await send(0)).toEqual(['NONE', 0])
  expect(await send(1)).toEqual(['NONE', 1])
  expect(await send(1)).toEqual(['NONE', 1])
  expect(await send(3)).toEqual(['OUT_OF_ORDER_SEQUENCE_NUMBER', -1])
})

test('the gate of transactions is asked in the turn of the append, for the producer of the batch', async () => {
  const asked: unknown[] = []
  const world = await createKafkaWorld({
    admit(_, transactionalId, producer, { partition }) {
      asked.push({ transactionalId, ...producer, partition })
      return partition === 0 ? 'none' : 'INVALID_TXN_STATE'
    },
  })
  await makeTopic(world, 'orders', 2)
  const options = { transactionalId: 'mine' }
  const send = async (partition: number) =>
    nameOf(
      await produceTo(
        world,
        ['orders', partition],
        ofProducer(batchOf(world, {}), 5, 0, 16),
        options,
      ),
    )
  // What clients of this version cure by aborting (KIP-890).
  expect([await send(0), await send(1)]).toEqual(['NONE', 'TRANSACTION_ABORTABLE'])
  const producer = { transactionalId: 'mine', producerId: 5, producerEpoch: 0 }
  expect(asked).toEqual([
    { ...producer, partition: 0 },
    { ...producer, partition: 1 },
  ])
})

test('requests of a connection are appended in their order, whatever each has to look up', async () => {
  const world = await createKafkaWorld({
    async beforeFind(name) {
      for (let turn = 0; name === 'slow' && turn < 5; turn++) await new Promise(setImmediate)
    },
  })
  for (const name of ['a', 'b', 'c']) await makeTopic(world, name)
  const answers = Array.from({ length: 30 }, (_, number) => {
    const others = number % 3 === 0 ? ['b', 'c', 'slow'] : []
    return world.call('produce', {
      transactionalId: null,
      acks: -1,
      topicData: [...others, 'a'].map((name) => ({
        name,
        partitionData: [{ index: 0, records: batchOf(world, { value: String(number) }) }],
      })),
    })
  })
  const offsets = (await Promise.all(answers)).map(
    ({ responses }) => responses.at(-1)?.partitionResponses[0]?.baseOffset,
  )
  expect(offsets).toEqual(offsets.map((_, number) => number))
})

test('bytes are counted for quotas, and what they cost is told', async () => {
  const charged: unknown[] = []
  const world = await createKafkaWorld({
    charge(_, clientId, name, bytes) {
      charged.push([clientId, name, bytes])
      return 77
    },
  })
  await makeTopic(world, 'orders')
  const records = batchOf(world, {})
  const answer = await world.call('produce', {
    transactionalId: null,
    acks: -1,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
  })
  expect(answer.throttleTimeMs).toBe(77)
  expect(charged).toEqual([['a-client', 'producer_byte_rate', records.length]])
})
