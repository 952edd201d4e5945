import { describe, expect, test } from 'vitest'
import type { KafkaWorld } from '../../../../test/support/kafka-world.ts'
import {
  batchOf,
  createConnection,
  createKafkaWorld,
  fetchRequest,
  makeTopic,
  NO_ID,
  produceTo,
  SCOPE,
} from '../../../../test/support/kafka-world.ts'
import { crc32c } from '../../../engines/checksum/crc32c.ts'
import type { KafkaResponse } from '../../../wire/kafka/apis.ts'
import { kafkaErrorName } from '../../../wire/kafka/errors.ts'
import { planMerge } from '../../kinesis/resharding.ts'

const HOUR_MS = 3_600_000

function partitionsOf({ responses }: KafkaResponse<'fetch'>) {
  return responses.flatMap(({ topicId, partitions }) =>
    partitions.map((partition) => ({
      topicId,
      ...partition,
      bytes: Buffer.concat(partition.records ?? []),
      error: kafkaErrorName(partition.errorCode),
    })),
  )
}

function transactional(batch: Buffer, producerId: number, sequence: number): Buffer {
  const copy = Buffer.from(batch)
  copy.writeInt16BE(16, 21)
  copy.writeBigInt64BE(BigInt(producerId), 43)
  copy.writeInt16BE(0, 51)
  copy.writeInt32BE(sequence, 53)
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17)
  return copy
}

/** Ends the transaction of the producer in the first partition of a topic. */
async function endTransaction(
  { topics, batches }: KafkaWorld,
  producerId: number,
  commit: boolean,
) {
  const id = (await topics.find(SCOPE, 'orders'))?.partition(0)
  if (!id) throw new Error('the partition is there')
  await batches.endTransaction(id, { producerId, producerEpoch: 0, coordinatorEpoch: 0, commit })
}

test('batches come back as they were made, but for their offsets', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  const [first, second] = [batchOf(world, { key: 'a' }, {}), batchOf(world, { value: null })]
  const sent = [Buffer.from(first), Buffer.from(second)]
  await produceTo(world, ['orders', 0], first)
  await produceTo(world, ['orders', 0], second)
  const answer = await world.call('fetch', fetchRequest([[id, 0, 0]]))
  const [partition] = partitionsOf(answer)
  expect(partition).toMatchObject({
    topicId: id,
    error: 'NONE',
    highWatermark: 3,
    lastStableOffset: 3,
    logStartOffset: 0,
    abortedTransactions: null,
  })
  sent[1]?.writeBigInt64BE(2n, 0)
  expect(partition?.bytes.equals(Buffer.concat(sent))).toBe(true)
})

test('from the middle of a batch on, the whole batch comes', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}, {}, {}))
  const [partition] = partitionsOf(await world.call('fetch', fetchRequest([[id, 0, 2]])))
  expect(partition?.bytes.readBigInt64BE(0)).toBe(0n)
})

test('topics go by their names before version 13, and by their ids from it on', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  const byName = await world.call('fetch', fetchRequest([['orders', 0, 0]]), { apiVersion: 12 })
  expect(byName.responses[0]).toMatchObject({ topic: 'orders', topicId: NO_ID })
  expect(partitionsOf(byName)[0]?.bytes.length).toBeGreaterThan(0)
  const byId = await world.call('fetch', fetchRequest([[id, 0, 0]]), { apiVersion: 13 })
  expect(byId.responses[0]).toMatchObject({ topic: '', topicId: id })
  expect(partitionsOf(byId)[0]?.bytes.length).toBeGreaterThan(0)
})

test('what is wrong with a partition is told for that partition', async () => {
  const world = await createKafkaWorld({ allows: (_, __, { name }) => name !== 'secret' })
  const id = await makeTopic(world, 'orders')
  await world.kinesis.streams.create(
    { ...SCOPE, name: 'secret' },
    { mode: 'PROVISIONED', shardCount: 1, recordKib: 1024, retentionHours: 24, tags: {} },
  )
  const secret = (await world.topics.find(SCOPE, 'secret'))?.id ?? ''
  const nobody = '00000000-0000-4000-8000-000000000001'
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  const wanted = [
    [id, 0, 0],
    [id, 1, 0],
    [secret, 0, 0],
    [nobody, 0, 0],
  ] as const
  const request = fetchRequest(wanted, { maxWaitMs: HOUR_MS, minBytes: 1e6 })
  const found = partitionsOf(await world.call('fetch', request))
  expect(found.map(({ error }) => error)).toEqual([
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'TOPIC_AUTHORIZATION_FAILED',
    'UNKNOWN_TOPIC_ID',
  ])
  expect(found[0]?.bytes.length).toBeGreaterThan(0)
  const names = [
    ['nothing', 0, 0],
    ['secret', 0, 0],
  ] as const
  const byName = await world.call('fetch', fetchRequest(names), { apiVersion: 11 })
  expect(partitionsOf(byName).map(({ error }) => error)).toEqual([
    'UNKNOWN_TOPIC_OR_PARTITION',
    'TOPIC_AUTHORIZATION_FAILED',
  ])
})

test('offsets that are not there are out of range, the end is not', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  const at = async (offset: number) =>
    partitionsOf(await world.call('fetch', fetchRequest([[id, 0, offset]])))[0]
  expect(await at(1)).toMatchObject({ error: 'NONE', highWatermark: 1 })
  expect(await at(2)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', highWatermark: -1 })
  await world.call('deleteRecords', {
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 1 }] }],
  })
  expect(await at(0)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
})

test('who believes in another leader epoch is told', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  type Change = Partial<Record<'currentLeaderEpoch' | 'lastFetchedEpoch' | 'fetchOffset', number>>
  async function fetch(change: Change) {
    const request = fetchRequest([[id, 0, 0]])
    const [topic] = request.topics
    const topics = [{ ...topic, partitions: [{ ...topic?.partitions[0], ...change }] }]
    return partitionsOf(await world.call('fetch', { ...request, topics } as typeof request))[0]
  }
  expect(await fetch({ currentLeaderEpoch: 0 })).toMatchObject({ error: 'NONE' })
  expect(await fetch({ currentLeaderEpoch: 1 })).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' })
  expect(await fetch({ currentLeaderEpoch: -2 })).toMatchObject({ error: 'FENCED_LEADER_EPOCH' })
  expect(await fetch({ lastFetchedEpoch: 1 })).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
  expect(await fetch({ lastFetchedEpoch: 0 })).toMatchObject({ error: 'NONE' })
  expect(await fetch({ lastFetchedEpoch: 0, fetchOffset: 2 })).toMatchObject({
    error: 'NONE',
    divergingEpoch: { epoch: 0, endOffset: 1 },
    records: [],
  })
})

describe('how much', () => {
  async function filled() {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    const batch = () => batchOf(world, { value: 'x'.repeat(1000) })
    for (const partition of [0, 0, 1, 2]) await produceTo(world, ['orders', partition], batch())
    const sizes = async (given: Parameters<typeof fetchRequest>[1]) => {
      const wanted = [0, 1, 2].map((partition) => [id, partition, 0] as const)
      const answer = await world.call('fetch', fetchRequest(wanted, given))
      return partitionsOf(answer).map(({ bytes }) => bytes.length)
    }
    return { world, id, size: batch().length, sizes }
  }

  test('of all is as much as the request says', async () => {
    const { size, sizes } = await filled()
    expect(await sizes({ maxBytes: 4 * size })).toEqual([2 * size, size, size])
    expect(await sizes({ maxBytes: 3 * size })).toEqual([2 * size, size, 0])
    expect(await sizes({ maxBytes: 3 * size - 1 })).toEqual([2 * size, 0, 0])
  })

  test('there is at least one batch, when there is one', async () => {
    const { size, sizes } = await filled()
    expect(await sizes({ maxBytes: 1 })).toEqual([size, 0, 0])
    expect(await sizes({ maxBytes: 0 })).toEqual([size, 0, 0])
  })

  test('of a partition is as much as is said for it', async () => {
    const { world, id, size } = await filled()
    const request = fetchRequest([[id, 0, 0]])
    const [topic] = request.topics
    const partitions = [{ ...topic?.partitions[0], partitionMaxBytes: size }]
    const topics = [{ ...topic, partitions }]
    const answer = await world.call('fetch', { ...request, topics } as typeof request)
    expect(partitionsOf(answer)[0]?.bytes.length).toBe(size)
  })
})

describe('waiting', () => {
  async function waiting(given: Parameters<typeof fetchRequest>[1]) {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    const wanted = [0, 1, 2].map((partition) => [id, partition, 0] as const)
    const sleepersBefore = world.sleeperCount()
    const abort = new AbortController()
    const connection = createConnection({ signal: abort.signal })
    let isDone = false
    const request = fetchRequest(wanted, { maxWaitMs: 500, ...given })
    const answer = world.call('fetch', request, { connection }).finally(() => {
      isDone = true
    })
    await world.advance(1)
    const sleepers = () => world.sleeperCount() - sleepersBefore
    return { world, answer, isDone: () => isDone, abort, sleepers }
  }

  test('ends with the first record of any partition', async () => {
    const { world, answer, isDone, sleepers } = await waiting({})
    expect(isDone()).toBe(false)
    await produceTo(world, ['orders', 1], batchOf(world, {}))
    expect(partitionsOf(await answer).map(({ bytes }) => bytes.length > 0)).toEqual([
      false,
      true,
      false,
    ])
    expect(sleepers()).toBe(0)
  })

  test('goes on until there are as many bytes as are asked for', async () => {
    const { world, answer, isDone } = await waiting({ minBytes: 150 })
    await produceTo(world, ['orders', 1], batchOf(world, {}))
    await world.advance(1)
    expect(isDone()).toBe(false)
    await produceTo(world, ['orders', 2], batchOf(world, {}))
    await produceTo(world, ['orders', 1], batchOf(world, {}))
    const found = partitionsOf(await answer)
    expect(found[1]?.bytes.length).toBeGreaterThan(0)
    expect(found[2]?.bytes.length).toBeGreaterThan(0)
  })

  test('ends after its time, with what there is', async () => {
    const { world, answer, isDone } = await waiting({ minBytes: 1e6 })
    await produceTo(world, ['orders', 0], batchOf(world, {}))
    await world.advance(498)
    expect(isDone()).toBe(false)
    await world.advance(1)
    expect(partitionsOf(await answer)[0]?.bytes.length).toBeGreaterThan(0)
  })

  test('ends with the connection', async () => {
    const { answer, abort, sleepers } = await waiting({})
    abort.abort()
    expect(partitionsOf(await answer)).toHaveLength(3)
    expect(sleepers()).toBe(0)
  })

  test('ends when the topic is deleted', async () => {
    const { world, answer } = await waiting({})
    await world.call('deleteTopics', { topics: [], topicNames: ['orders'] })
    const errors = partitionsOf(await answer).map(({ error }) => error)
    expect(errors).toContain('UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('does not spin where a shard is closed', async () => {
    const { world, answer, isDone } = await waiting({})
    await world.kinesis.streams.change({ ...SCOPE, name: 'orders' }, (stream) => {
      return { ...stream, ...planMerge(stream, { lower: 0, upper: 1 }), status: 'UPDATING' }
    })
    await world.advance(300)
    expect(isDone()).toBe(false)
    await produceTo(world, ['orders', 2], batchOf(world, {}))
    expect(partitionsOf(await answer)[2]?.bytes.length).toBeGreaterThan(0)
  })

  test('is for committed records only, where those are asked for', async () => {
    const { world, answer, isDone } = await waiting({ isolationLevel: 1 })
    const batch = transactional(batchOf(world, {}), 5, 0)
    await produceTo(world, ['orders', 0], batch, { transactionalId: 'mine' })
    await world.advance(1)
    expect(isDone()).toBe(false)
    await endTransaction(world, 5, true)
    expect(partitionsOf(await answer)[0]?.bytes.length).toBeGreaterThan(batch.length)
  })
})

test('readers of committed records see them up to the first open transaction, and who aborted', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  const send = (producerId: number) =>
    produceTo(world, ['orders', 0], transactional(batchOf(world, {}), producerId, 0), {
      transactionalId: 'mine',
    })
  await send(5)
  await endTransaction(world, 5, false)
  await send(6)
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  const fetch = async (isolationLevel: number, offset = 0) =>
    partitionsOf(await world.call('fetch', fetchRequest([[id, 0, offset]], { isolationLevel })))[0]
  const committed = await fetch(1)
  expect(committed).toMatchObject({
    highWatermark: 4,
    lastStableOffset: 2,
    abortedTransactions: [{ producerId: 5, firstOffset: 0 }],
  })
  expect(await fetch(0)).toMatchObject({ abortedTransactions: null, lastStableOffset: 2 })
  expect((await fetch(0))?.bytes.length).toBeGreaterThan(committed?.bytes.length ?? 0)
  expect(await fetch(1, 3)).toMatchObject({ error: 'NONE', records: [], highWatermark: 4 })
})

describe('a session', () => {
  const open = (id: string, count = 3) =>
    fetchRequest(
      Array.from({ length: count }, (_, partition) => [id, partition, 0] as const),
      { sessionEpoch: 0 },
    )
  const next = (sessionId: number, sessionEpoch: number, given = {}) =>
    fetchRequest([], { sessionId, sessionEpoch, ...given })

  test('answers only what is new', async () => {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    const first = await world.call('fetch', open(id))
    const { sessionId = 0 } = first
    expect(sessionId).toBeGreaterThan(0)
    expect(partitionsOf(first)).toHaveLength(3)
    expect(partitionsOf(await world.call('fetch', next(sessionId, 1)))).toEqual([])
    await produceTo(world, ['orders', 2], batchOf(world, {}))
    const third = await world.call('fetch', next(sessionId, 2))
    expect(third.sessionId).toBe(sessionId)
    expect(partitionsOf(third).map(({ partitionIndex }) => partitionIndex)).toEqual([2])
    const moved = fetchRequest([[id, 2, 1]], { sessionId, sessionEpoch: 3 })
    expect(partitionsOf(await world.call('fetch', moved))).toEqual([])
  })

  test('takes partitions in and lets them go', async () => {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    const { sessionId = 0 } = await world.call('fetch', open(id, 1))
    await produceTo(world, ['orders', 0], batchOf(world, {}))
    const forgottenTopicsData = [{ topic: '', topicId: id, partitions: [0] }]
    const request = fetchRequest([[id, 1, 0]], { sessionId, sessionEpoch: 1, forgottenTopicsData })
    const answer = await world.call('fetch', request)
    expect(partitionsOf(answer).map(({ partitionIndex }) => partitionIndex)).toEqual([1])
  })

  test('gives each partition its turn', async () => {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    for (const partition of [0, 1, 2]) {
      await produceTo(world, ['orders', partition], batchOf(world, {}))
    }
    const request = { ...open(id), maxBytes: 1 }
    const { sessionId = 0, ...first } = await world.call('fetch', request)
    const served = [first]
    for (const epoch of [1, 2]) {
      served.push(await world.call('fetch', next(sessionId, epoch, { maxBytes: 1 })))
    }
    const numbers = served.map(
      (answer) =>
        partitionsOf({ sessionId, ...answer }).find(({ bytes }) => bytes.length > 0)
          ?.partitionIndex,
    )
    expect(numbers).toEqual([0, 1, 2])
  })

  test('is known by its number, its epoch and its account', async () => {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders', 3)
    const { sessionId = 0 } = await world.call('fetch', open(id))
    const error = async (
      request: ReturnType<typeof next>,
      given: Parameters<KafkaWorld['call']>[2] = {},
    ) => {
      const { errorCode } = await world.call('fetch', request, given)
      return kafkaErrorName(errorCode ?? -1)
    }
    expect(await error(next(sessionId + 1, 1))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(await error(next(sessionId, 2))).toBe('INVALID_FETCH_SESSION_EPOCH')
    expect(await error(next(sessionId, 1), { apiVersion: 12 })).toBe('FETCH_SESSION_TOPIC_ID_ERROR')
    const connection = createConnection({ accountId: '111111111111' })
    expect(await error(next(sessionId, 1), { connection })).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(await error(next(sessionId, -1))).toBe('NONE')
    expect(await error(next(sessionId, 1))).toBe('FETCH_SESSION_ID_NOT_FOUND')
  })

  test('is given to no more than a thousand at once, and taken from those who do not use it', async () => {
    const world = await createKafkaWorld()
    const id = await makeTopic(world, 'orders')
    const openOne = async () => (await world.call('fetch', open(id, 1))).sessionId ?? 0
    const first = await openOne()
    for (let count = 1; count < 1000; count++) expect(await openOne()).toBeGreaterThan(0)
    expect(await openOne()).toBe(0)
    await world.advance(119_999)
    expect(await openOne()).toBe(0)
    await world.call('fetch', next(first, 1))
    await world.advance(1)
    expect(await openOne()).toBeGreaterThan(0)
    expect((await world.call('fetch', next(first, 2))).errorCode).toBe(0)
  })
})

test('followers are refused: there is one broker', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  const request = fetchRequest([[id, 0, 0]], { replicaState: { replicaId: 1, replicaEpoch: 1 } })
  expect(partitionsOf(await world.call('fetch', request))[0]?.error).toBe(
    'TOPIC_AUTHORIZATION_FAILED',
  )
})

test('a shard whose records have expired stays as a partition without any', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders', 2, { 'retention.ms': String(HOUR_MS) })
  const stop = new AbortController()
  const running = world.kinesis.streams.run(stop.signal)
  await world.kinesis.streams.change({ ...SCOPE, name: 'orders' }, (stream) => {
    return { ...stream, ...planMerge(stream, { lower: 0, upper: 1 }), status: 'UPDATING' }
  })
  await world.advance(HOUR_MS + 120_000)
  const topic = await world.topics.find(SCOPE, 'orders')
  expect([topic?.partitionCount, topic?.partition(0), topic?.isOpen(2)]).toEqual([
    3,
    undefined,
    true,
  ])
  const answer = await world.call('fetch', fetchRequest([[id, 0, 7]]))
  expect(partitionsOf(answer)[0]).toMatchObject({ error: 'NONE', highWatermark: 7, records: [] })
  stop.abort()
  await running
})
