import { expect, test } from 'vitest'
import type { KafkaWorld } from '../../../../test/support/kafka-world.ts'
import {
  batchOf,
  createKafkaWorld,
  makeTopic,
  produceTo,
} from '../../../../test/support/kafka-world.ts'
import { kafkaErrorName } from '../../../wire/kafka/errors.ts'

async function look(
  { call }: KafkaWorld,
  timestamp: number,
  given: { partitionIndex?: number; currentLeaderEpoch?: number; isolationLevel?: number } = {},
) {
  const { isolationLevel = 0, ...rest } = given
  const partition = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp, ...rest }
  const { topics } = await call('listOffsets', {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: 'orders', partitions: [partition] }],
    timeoutMs: 0,
  })
  const found = topics[0]?.partitions[0]
  return [kafkaErrorName(found?.errorCode ?? -1), found?.offset, found?.timestamp]
}

async function filled(): Promise<KafkaWorld> {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  const nowMs = world.clock.wallMs()
  for (const timestampMs of [nowMs, nowMs + 500, nowMs + 100]) {
    await produceTo(world, ['orders', 0], batchOf(world, { timestampMs }))
  }
  return world
}

test('offsets are found by place and by time', async () => {
  const world = await filled()
  const nowMs = world.clock.wallMs()
  expect(await look(world, -1)).toEqual(['NONE', 3, -1])
  expect(await look(world, -2)).toEqual(['NONE', 0, -1])
  expect(await look(world, -3)).toEqual(['NONE', 1, nowMs + 500])
  expect(await look(world, -4)).toEqual(['NONE', 0, -1])
  expect(await look(world, -5)).toEqual(['NONE', -1, -1])
  expect(await look(world, nowMs)).toEqual(['NONE', 0, nowMs])
  expect(await look(world, nowMs + 1)).toEqual(['NONE', 1, nowMs + 500])
  expect(await look(world, nowMs + 501)).toEqual(['NONE', -1, -1])
  await world.call('deleteRecords', {
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 2 }] }],
  })
  expect(await look(world, -2)).toEqual(['NONE', 2, -1])
})

test('what stands for a place does so from the version on that brought it', async () => {
  const world = await filled()
  const ask = async (timestamp: number, apiVersion: number) => {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }]
    const topics = [{ name: 'orders', partitions }]
    const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 0 }
    const answer = await world.call('listOffsets', request, { apiVersion })
    return kafkaErrorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
  }
  for (const [timestamp, since] of [[-3, 7] as const, [-4, 8] as const, [-5, 9] as const]) {
    expect(await ask(timestamp, since)).toBe('NONE')
    expect(await ask(timestamp, since - 1)).toBe('UNSUPPORTED_VERSION')
  }
})

test('places that are not there are told', async () => {
  const world = await filled()
  expect(await look(world, -6)).toEqual(['UNSUPPORTED_VERSION', -1, -1])
  expect(await look(world, -1, { partitionIndex: 1 })).toEqual([
    'UNKNOWN_TOPIC_OR_PARTITION',
    -1,
    -1,
  ])
  expect(await look(world, -1, { currentLeaderEpoch: 1 })).toEqual(['UNKNOWN_LEADER_EPOCH', -1, -1])
  const twice = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }
  const { topics } = await world.call('listOffsets', {
    topics: [{ name: 'orders', partitions: [twice, twice] }],
  })
  expect(topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([42, 42])
})

test('the one epoch of a partition ends where the partition does', async () => {
  const world = await filled()
  const end = async (leaderEpoch: number, currentLeaderEpoch = -1) => {
    const { topics } = await world.call('offsetForLeaderEpoch', {
      replicaId: -1,
      topics: [
        { topic: 'orders', partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] },
      ],
    })
    const found = topics[0]?.partitions[0]
    return [kafkaErrorName(found?.errorCode ?? -1), found?.leaderEpoch, found?.endOffset]
  }
  expect(await end(0)).toEqual(['NONE', 0, 3])
  expect(await end(1)).toEqual(['NONE', -1, -1])
  expect(await end(0, 1)).toEqual(['UNKNOWN_LEADER_EPOCH', -1, -1])
})

test('the producers of a partition are told', async () => {
  const world = await filled()
  const { topics } = await world.call('describeProducers', {
    topics: [{ name: 'orders', partitionIndexes: [0, 1] }],
  })
  expect(topics[0]?.partitions).toMatchObject([
    { errorCode: 0, activeProducers: [] },
    { errorCode: 3, activeProducers: [] },
  ])
})
