import { describe, expect, test } from 'vitest'
import type { KafkaWorld } from '../../../../test/support/kafka-world.ts'
import {
  batchOf,
  createKafkaWorld,
  makeTopic,
  NO_ID,
  produceTo,
  SCOPE,
} from '../../../../test/support/kafka-world.ts'
import { kafkaErrorName } from '../../../wire/kafka/errors.ts'
import { settingsOf } from '../../kinesis/stream.ts'

const HOUR_MS = 3_600_000
const keyOf = (name: string) => ({ ...SCOPE, name })

function newStream(shardCount: number) {
  return { mode: 'PROVISIONED', shardCount, recordKib: 1024, retentionHours: 24, tags: {} } as const
}

async function describeTopic({ call }: KafkaWorld, name: string, create = false) {
  const { topics } = await call('metadata', {
    topics: [{ name, topicId: NO_ID }],
    allowAutoTopicCreation: create,
    includeTopicAuthorizedOperations: false,
  })
  return topics[0]
}

async function configsOf({ call }: KafkaWorld, name: string) {
  const { results } = await call('describeConfigs', {
    resources: [{ resourceType: 2, resourceName: name, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: true,
  })
  return new Map(results[0]?.configs.map((config) => [config.name, config]))
}

async function alter(
  { call }: KafkaWorld,
  resourceName: string,
  ...configs: ReadonlyArray<readonly [name: string, operation: number, value: string | null]>
) {
  const { responses } = await call('incrementalAlterConfigs', {
    resources: [
      {
        resourceType: 2,
        resourceName,
        configs: configs.map(([name, configOperation, value]) => {
          return { name, configOperation, value }
        }),
      },
    ],
    validateOnly: false,
  })
  const [response] = responses
  return [kafkaErrorName(response?.errorCode ?? -1), response?.errorMessage] as const
}

async function create(
  { call }: KafkaWorld,
  wanted: {
    readonly name: string
    readonly numPartitions?: number
    readonly replicationFactor?: number
    readonly assignments?: ReadonlyArray<{ partitionIndex: number; brokerIds: number[] }>
    readonly configs?: ReadonlyArray<{ name: string; value: string | null }>
  },
  validateOnly = false,
) {
  const topic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...wanted }
  const { topics } = await call('createTopics', { topics: [topic], timeoutMs: 1000, validateOnly })
  return topics[0]
}

test('a stream is a topic, and a topic a stream', async () => {
  const world = await createKafkaWorld()
  await world.kinesis.streams.create(keyOf('clicks'), newStream(3))
  expect(await describeTopic(world, 'clicks')).toMatchObject({
    errorCode: 0,
    name: 'clicks',
    isInternal: false,
    partitions: [0, 1, 2].map((partitionIndex) => ({
      partitionIndex,
      leaderId: 0,
      leaderEpoch: 0,
      replicaNodes: [0],
      isrNodes: [0],
      offlineReplicas: [],
    })),
  })
  await makeTopic(world, 'orders', 4)
  const stream = await world.kinesis.streams.get(keyOf('orders'))
  expect(stream).toMatchObject({ mode: 'PROVISIONED', status: 'ACTIVE', retentionHours: 168 })
  expect(stream.shards).toHaveLength(4)
  const { topics, brokers, clusterId, controllerId } = await world.call('metadata', {
    topics: null,
    allowAutoTopicCreation: true,
  })
  expect(topics.map(({ name }) => name)).toEqual(['clicks', 'orders'])
  expect(brokers).toEqual([{ nodeId: 0, host: 'broker.local', port: 9092, rack: null }])
  expect({ clusterId, controllerId }).toEqual({ clusterId: 'a-cluster', controllerId: 0 })
})

test('an empty list means all topics in version 0 of Metadata, and none later', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  const count = async (apiVersion: number) =>
    (await world.call('metadata', { topics: [] }, { apiVersion })).topics.length
  expect([await count(0), await count(1)]).toEqual([1, 0])
})

test('topics of other accounts and regions are not there', async () => {
  const world = await createKafkaWorld()
  const id = await makeTopic(world, 'orders')
  const connection = { ...world.connection, region: 'eu-west-1' }
  const all = await world.call('metadata', { topics: null }, { connection })
  expect(all.topics).toEqual([])
  const byId = await world.call(
    'metadata',
    { topics: [{ name: null, topicId: id }] },
    { connection },
  )
  expect(byId.topics[0]?.errorCode).toBe(100)
})

describe('topics that nobody made', () => {
  test('are made when somebody asks for them, where that is allowed', async () => {
    const world = await createKafkaWorld()
    expect(await describeTopic(world, 'a', false)).toMatchObject({ errorCode: 3, partitions: [] })
    expect(await describeTopic(world, 'a', true)).toMatchObject({ errorCode: 0, name: 'a' })
    expect((await world.kinesis.streams.get(keyOf('a'))).status).toBe('ACTIVE')
    expect(await describeTopic(world, 'no good', true)).toMatchObject({ errorCode: 17 })
  })

  test('are not made where the broker is told not to', async () => {
    const world = await createKafkaWorld({ autoCreateTopics: false })
    expect(await describeTopic(world, 'a', true)).toMatchObject({ errorCode: 3 })
  })

  test('are made once by many who ask at the same time', async () => {
    const world = await createKafkaWorld()
    const asked = await Promise.all([1, 2, 3, 4].map(() => describeTopic(world, 'a', true)))
    const made = asked.filter((topic) => topic?.errorCode === 0)
    expect(new Set(made.map((topic) => topic?.topicId)).size).toBe(1)
    // The others are told to ask again: it is not ready yet.
    expect(new Set(asked.map((topic) => topic?.errorCode))).toEqual(new Set([0, 5]))
  })
})

test('a topic is found by its id, which is another one when it is made anew', async () => {
  const world = await createKafkaWorld()
  const first = await makeTopic(world, 'orders')
  const byId = async (topicId: string) => {
    const { topics } = await world.call('metadata', { topics: [{ name: null, topicId }] })
    return topics[0]
  }
  expect(await byId(first)).toMatchObject({ errorCode: 0, name: 'orders', topicId: first })
  const deleted = await world.call('deleteTopics', {
    topics: [{ name: null, topicId: first }],
    topicNames: [],
  })
  expect(deleted.responses).toMatchObject([{ name: 'orders', topicId: first, errorCode: 0 }])
  expect(await byId(first)).toMatchObject({ errorCode: 100, name: null, topicId: first })
  const second = await makeTopic(world, 'orders')
  expect(second).not.toBe(first)
  expect(await byId(first)).toMatchObject({ errorCode: 100 })
  expect(await byId(second)).toMatchObject({ errorCode: 0 })
  const cold = await world.topics.findById(SCOPE, second)
  expect(cold?.name).toBe('orders')
})

test('DeleteTopics refuses a topic that is named by both or by neither', async () => {
  const world = await createKafkaWorld()
  const topicId = await makeTopic(world, 'orders')
  const topics = [
    { name: 'orders', topicId },
    { name: null, topicId: NO_ID },
  ]
  const { responses } = await world.call('deleteTopics', { topics, topicNames: [] })
  expect(responses.map(({ errorCode }) => kafkaErrorName(errorCode))).toEqual([
    'INVALID_REQUEST',
    'INVALID_REQUEST',
  ])
  expect(await world.topics.find(SCOPE, 'orders')).toBeDefined()
})

test('Metadata tells of a topic once, and that an impossible name is none', async () => {
  const world = await createKafkaWorld({ autoCreateTopics: false })
  await makeTopic(world, 'orders')
  const named = ['orders', 'orders', 'no/where'].map((name) => ({ name, topicId: NO_ID }))
  const { topics } = await world.call('metadata', { topics: named })
  expect(topics.map(({ name, errorCode }) => [name, kafkaErrorName(errorCode)])).toEqual([
    ['orders', 'NONE'],
    ['no/where', 'INVALID_TOPIC_EXCEPTION'],
  ])
})

test('DeleteTopics answers for each name and id by itself', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'a')
  const { responses } = await world.call('deleteTopics', {
    topics: [],
    topicNames: ['a', 'b', 'twice', 'twice'],
  })
  expect(responses.map(({ name, errorCode }) => [name, kafkaErrorName(errorCode)])).toEqual([
    ['a', 'NONE'],
    ['b', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['twice', 'INVALID_REQUEST'],
  ])
  expect(await world.kinesis.streams.find(keyOf('a'))).toBeUndefined()
})

describe('CreateTopics refuses by name', () => {
  const cases: ReadonlyArray<readonly [string, Parameters<typeof create>[1], string]> = [
    ['the same name again', { name: 'there' }, 'TOPIC_ALREADY_EXISTS'],
    ['an empty name', { name: '' }, 'INVALID_TOPIC_EXCEPTION'],
    ['two dots', { name: '..' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name with a blank', { name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name no stream can have', { name: 'x'.repeat(129) }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name that metrics cannot tell', { name: 'th_ere.x' }, 'INVALID_TOPIC_EXCEPTION'],
    ['no partition', { name: 'a', numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['too many partitions', { name: 'a', numPartitions: 10_001 }, 'INVALID_PARTITIONS'],
    ['three replicas', { name: 'a', replicationFactor: 3 }, 'INVALID_REPLICATION_FACTOR'],
    ['no replica', { name: 'a', replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    [
      'another broker',
      {
        name: 'a',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }],
      },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'a gap in the assignment',
      {
        name: 'a',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 1, brokerIds: [0] }],
      },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'an assignment and a number',
      { name: 'a', assignments: [{ partitionIndex: 0, brokerIds: [0] }] },
      'INVALID_REQUEST',
    ],
    ['an unknown config', { name: 'a', configs: [{ name: 'x', value: '1' }] }, 'INVALID_CONFIG'],
    [
      'a config without a value',
      { name: 'a', configs: [{ name: 'retention.ms', value: null }] },
      'INVALID_CONFIG',
    ],
    [
      'a compression of its own',
      { name: 'a', configs: [{ name: 'compression.type', value: 'zstd' }] },
      'INVALID_CONFIG',
    ],
  ]
  test.each(cases)('%s', async (_, wanted, error) => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'there')
    await makeTopic(world, 'th.ere.x')
    const answer = await create(world, wanted)
    expect(kafkaErrorName(answer?.errorCode ?? -1)).toBe(error)
    expect(answer?.errorMessage).toBeTruthy()
    expect((await world.topics.list(SCOPE)).map(({ name }) => name)).toEqual(['th.ere.x', 'there'])
  })
})

test('CreateTopics takes the longest name, a default number and an assignment to the one broker', async () => {
  const world = await createKafkaWorld()
  const name = 'x'.repeat(128)
  expect(await create(world, { name, numPartitions: -1, replicationFactor: -1 })).toMatchObject({
    errorCode: 0,
    numPartitions: 1,
    replicationFactor: 1,
  })
  const assignments = [1, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [0] }))
  const assigned = { name: 'b', numPartitions: -1, replicationFactor: -1, assignments }
  expect(await create(world, assigned)).toMatchObject({ errorCode: 0, numPartitions: 2 })
})

test('CreateTopics with validateOnly checks everything and does nothing', async () => {
  const world = await createKafkaWorld()
  const configs = [{ name: 'retention.ms', value: '1000' }]
  const answer = await create(world, { name: 'a', configs }, true)
  expect(answer).toMatchObject({ errorCode: 0, topicId: NO_ID, numPartitions: 1 })
  expect(answer?.configs?.find(({ name }) => name === 'retention.ms')?.value).toBe('1000')
  expect(await world.topics.list(SCOPE)).toEqual([])
  expect(await create(world, { name: 'a b' }, true)).toMatchObject({ errorCode: 17 })
})

describe('CreatePartitions', () => {
  async function grow(world: KafkaWorld, count: number, validateOnly = false) {
    const { results } = await world.call('createPartitions', {
      topics: [{ name: 'orders', count, assignments: null }],
      timeoutMs: 1000,
      validateOnly,
    })
    return kafkaErrorName(results[0]?.errorCode ?? -1)
  }

  test('makes more of them, all of which are written', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 2)
    expect(await grow(world, 5, true)).toBe('NONE')
    expect((await describeTopic(world, 'orders'))?.partitions).toHaveLength(2)
    expect(await grow(world, 5)).toBe('NONE')
    expect((await describeTopic(world, 'orders'))?.partitions).toHaveLength(5)
    for (let number = 0; number < 5; number++) {
      const answer = await produceTo(world, ['orders', number], batchOf(world, { key: 'a' }))
      expect(answer).toMatchObject({ errorCode: 0, baseOffset: 0 })
    }
  })

  test('refuses what would be no growth', async () => {
    const world = await createKafkaWorld()
    expect(await grow(world, 2)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await makeTopic(world, 'orders', 2)
    expect(await grow(world, 2)).toBe('INVALID_PARTITIONS')
    expect(await grow(world, 1)).toBe('INVALID_PARTITIONS')
    expect(await grow(world, 10_001)).toBe('INVALID_PARTITIONS')
  })
})

describe('configs', () => {
  test('that were set are told from defaults, with their synonyms', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'cleanup.policy': 'compact' })
    const configs = await configsOf(world, 'orders')
    expect(configs.get('cleanup.policy')).toMatchObject({
      value: 'compact',
      configSource: 1,
      configType: 7,
      synonyms: [
        { name: 'cleanup.policy', value: 'compact', source: 1 },
        { name: 'log.cleanup.policy', value: 'delete', source: 5 },
      ],
    })
    expect(configs.get('retention.ms')).toMatchObject({ value: '604800000', configSource: 5 })
    expect([...configs.values()].every(({ documentation }) => documentation)).toBe(true)
  })

  test('become what the log does', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, {
      'cleanup.policy': 'compact,delete',
      'retention.bytes': '5000000',
      'segment.bytes': '1048576',
      'segment.ms': '60000',
      'min.compaction.lag.ms': '5',
      'delete.retention.ms': '6',
      'min.cleanable.dirty.ratio': '0.25',
    })
    const stream = await world.kinesis.streams.get(keyOf('orders'))
    expect(settingsOf(stream)).toEqual({
      retentionMs: 168 * HOUR_MS,
      retentionBytes: 5_000_000,
      segmentBytes: 1_048_576,
      segmentMs: 60_000,
      compaction: { lagMsMin: 5, tombstoneMs: 6, dirtyRatioMin: 0.25, deletes: true },
    })
  })

  test('of retention are one with those of the stream', async () => {
    const world = await createKafkaWorld()
    await world.kinesis.streams.create(keyOf('orders'), newStream(1))
    const retention = async () => (await configsOf(world, 'orders')).get('retention.ms')?.value
    const hours = async () => (await world.kinesis.streams.get(keyOf('orders'))).retentionHours
    expect(await retention()).toBe(String(24 * HOUR_MS))
    await alter(world, 'orders', ['retention.ms', 0, String(30 * HOUR_MS)])
    expect(await hours()).toBe(30)
    await alter(world, 'orders', ['retention.ms', 0, '90000000'])
    expect([await hours(), await retention()]).toEqual([25, '90000000'])
    await alter(world, 'orders', ['retention.ms', 0, '-1'])
    expect([await hours(), await retention()]).toEqual([8760, '-1'])
    await alter(world, 'orders', ['retention.ms', 1, null])
    expect([await hours(), await retention()]).toEqual([168, '604800000'])
  })

  test('are set, deleted, appended and subtracted one by one', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'segment.ms': '1000' })
    const policy = async () => (await configsOf(world, 'orders')).get('cleanup.policy')?.value
    expect((await alter(world, 'orders', ['cleanup.policy', 2, 'compact']))[0]).toBe('NONE')
    expect(await policy()).toBe('delete,compact')
    await alter(world, 'orders', ['cleanup.policy', 3, 'delete'])
    expect(await policy()).toBe('compact')
    await alter(world, 'orders', ['cleanup.policy', 1, null], ['max.message.bytes', 0, '2000'])
    expect(await policy()).toBe('delete')
    const configs = await configsOf(world, 'orders')
    expect(configs.get('segment.ms')?.value).toBe('1000')
    expect(configs.get('max.message.bytes')?.value).toBe('2000')
  })

  test('are replaced as a whole by AlterConfigs', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders', 1, { 'segment.ms': '1000', 'retention.ms': '5000' })
    const configs = [{ name: 'flush.ms', value: '7' }]
    const resources = [{ resourceType: 2, resourceName: 'orders', configs }]
    const { responses } = await world.call('alterConfigs', { resources, validateOnly: false })
    expect(responses).toMatchObject([{ errorCode: 0, resourceName: 'orders' }])
    const described = await configsOf(world, 'orders')
    expect(described.get('segment.ms')?.configSource).toBe(5)
    expect(described.get('retention.ms')?.configSource).toBe(5)
    expect(described.get('flush.ms')).toMatchObject({ value: '7', configSource: 1 })
  })

  test.each([
    ['retention.ms', '-2', 'Value must be at least -1'],
    ['retention.ms', 'soon', 'Not a number of type LONG'],
    ['retention.ms', '9223372036854775808', 'Not a number of type LONG'],
    ['max.message.bytes', '33554433', 'Value must be no more than 33554432'],
    ['segment.bytes', '1048575', 'Value must be at least 1048576'],
    ['min.cleanable.dirty.ratio', '1.1', 'Value must be no more than 1'],
    ['cleanup.policy', 'forget', 'String must be one of: delete, compact'],
    ['message.timestamp.type', 'Now', 'String must be one of: CreateTime, LogAppendTime'],
    ['unclean.leader.election.enable', 'true', "serves only 'false'"],
    ['local.retention.ms', '1', 'is not served by Headrace'],
    ['no.such.config', '1', 'Unknown topic config name: no.such.config'],
  ])('%s=%s is refused', async (name, value, reason) => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders')
    const [error, message] = await alter(world, 'orders', [name, 0, value])
    expect(error).toBe('INVALID_CONFIG')
    expect(message).toContain(reason)
  })

  test('of compaction are refused where the log cannot compact', async () => {
    const world = await createKafkaWorld({ compaction: false })
    await makeTopic(world, 'orders')
    const [error, message] = await alter(world, 'orders', ['cleanup.policy', 0, 'compact'])
    expect([error, message]).toEqual(['INVALID_CONFIG', expect.stringContaining('cannot compact')])
  })

  test('that cannot be altered say why', async () => {
    const world = await createKafkaWorld()
    await makeTopic(world, 'orders')
    const errors = async (...configs: Parameters<typeof alter>[2][]) =>
      (await alter(world, 'orders', ...configs))[0]
    expect(await errors(['segment.ms', 2, '1'])).toBe('INVALID_CONFIG')
    expect(await errors(['segment.ms', 0, null])).toBe('INVALID_REQUEST')
    expect(await errors(['segment.ms', 9, '1'])).toBe('INVALID_REQUEST')
    expect(await errors(['segment.ms', 0, '1'], ['segment.ms', 0, '2'])).toBe('INVALID_REQUEST')
    const configs = [{ name: 'num.partitions', value: '3' }]
    const { responses } = await world.call('alterConfigs', {
      resources: [
        { resourceType: 4, resourceName: '0', configs },
        { resourceType: 2, resourceName: 'nothing', configs: [] },
        { resourceType: 32, resourceName: 'a-group', configs: [] },
      ],
      validateOnly: false,
    })
    expect(responses.map(({ errorCode }) => kafkaErrorName(errorCode))).toEqual([
      'INVALID_REQUEST',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'INVALID_REQUEST',
    ])
  })

  test('of the broker are those of its settings', async () => {
    const world = await createKafkaWorld({ autoCreateTopics: false })
    const { results } = await world.call('describeConfigs', {
      resources: [
        { resourceType: 4, resourceName: '0', configurationKeys: ['auto.create.topics.enable'] },
        { resourceType: 4, resourceName: '7', configurationKeys: null },
      ],
      includeSynonyms: false,
      includeDocumentation: false,
    })
    expect(results).toMatchObject([
      { errorCode: 0, configs: [{ value: 'false', readOnly: true }] },
      { errorCode: 42, configs: [] },
    ])
  })
})

test('DeleteRecords drops what is before an offset, for both protocols', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders')
  await produceTo(world, ['orders', 0], batchOf(world, {}, {}, {}))
  await produceTo(world, ['orders', 0], batchOf(world, {}))
  const remove = async (name: string, offset: number) => {
    const { topics } = await world.call('deleteRecords', {
      topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
      timeoutMs: 1000,
    })
    const { errorCode = -1, lowWatermark } = topics[0]?.partitions[0] ?? {}
    return [kafkaErrorName(errorCode), lowWatermark]
  }
  expect(await remove('orders', 2)).toEqual(['NONE', 2])
  expect(await remove('orders', 5)).toEqual(['OFFSET_OUT_OF_RANGE', -1])
  expect(await remove('orders', -1)).toEqual(['NONE', 4])
  expect(await remove('nothing', 0)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', -1])
  await makeTopic(world, 'compacted', 1, { 'cleanup.policy': 'compact' })
  expect(await remove('compacted', 0)).toEqual(['POLICY_VIOLATION', -1])
})

test('DescribeTopicPartitions goes page by page over all topics', async () => {
  const world = await createKafkaWorld()
  for (const [name, count] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
  ] as const) {
    await makeTopic(world, name, count)
  }
  const seen: string[] = []
  let cursor: { readonly topicName: string; readonly partitionIndex: number } | null = null
  for (let page = 0; page < 4; page++) {
    const answer: Awaited<ReturnType<typeof describePage>> = await describePage(cursor)
    for (const { name, partitions } of answer.topics) {
      seen.push(...partitions.map(({ partitionIndex }) => `${name}${partitionIndex}`))
    }
    cursor = answer.nextCursor ?? null
    if (!cursor) break
  }
  expect(cursor).toBeNull()
  expect(seen).toEqual(['a0', 'a1', 'a2', 'b0', 'c0', 'c1'])

  function describePage(from: typeof cursor) {
    return world.call('describeTopicPartitions', {
      topics: [],
      responsePartitionLimit: 2,
      cursor: from,
    })
  }
})

test('what there is to say of one broker is said', async () => {
  const world = await createKafkaWorld()
  await makeTopic(world, 'orders', 2)
  await produceTo(world, ['orders', 1], batchOf(world, {}))
  const cluster = await world.call('describeCluster', {
    includeClusterAuthorizedOperations: true,
    endpointType: 1,
  })
  expect(cluster).toMatchObject({
    clusterId: 'a-cluster',
    controllerId: 0,
    brokers: [{ brokerId: 0, host: 'broker.local', port: 9092 }],
    clusterAuthorizedOperations: 0b1_1111_1010_0000 & ~(1 << 6),
  })
  const controllers = await world.call('describeCluster', { endpointType: 2 })
  expect(controllers.errorCode).toBe(114)
  const { results } = await world.call('describeLogDirs', { topics: null })
  expect(results).toMatchObject([{ logDir: '/log', topics: [{ name: 'orders' }] }])
  const sizes = results[0]?.topics[0]?.partitions.map(({ partitionSize }) => partitionSize)
  expect(sizes?.[0]).toBe(0)
  expect(sizes?.[1]).toBeGreaterThan(60)
  const elected = await world.call('electLeaders', {
    electionType: 0,
    topicPartitions: [{ topic: 'orders', partitions: [0, 2] }],
  })
  expect(
    elected.replicaElectionResults[0]?.partitionResult.map(({ errorCode }) => errorCode),
  ).toEqual([84, 3])
  const moved = await world.call('alterPartitionReassignments', {
    topics: [
      {
        name: 'orders',
        partitions: [[0], [1], null].map((replicas) => ({ partitionIndex: 0, replicas })),
      },
    ],
  })
  expect(moved.responses[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([0, 39, 85])
  expect(await world.call('listPartitionReassignments', { topics: null })).toMatchObject({
    errorCode: 0,
    topics: [],
  })
  const { configResources } = await world.call('listConfigResources', { resourceTypes: [] })
  expect(configResources).toEqual([
    { resourceType: 2, resourceName: 'orders' },
    { resourceType: 4, resourceName: '0' },
  ])
})

test('who may not see a topic learns nothing of it, who may not change it does not', async () => {
  const world = await createKafkaWorld({
    allows: ({ principal }, operation, { name }) =>
      principal === 'User:root' || (name !== 'secret' && operation === 'describe'),
  })
  const root = { ...world.connection, principal: 'User:root' }
  for (const name of ['open', 'secret']) {
    const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    const request = { topics: [topic], timeoutMs: 1, validateOnly: false }
    expect((await world.call('createTopics', request)).topics[0]?.errorCode).toBe(29)
    await world.call('createTopics', request, { connection: root })
  }
  const all = await world.call('metadata', {
    topics: null,
    includeTopicAuthorizedOperations: true,
  })
  expect(all.topics).toMatchObject([{ name: 'open', topicAuthorizedOperations: 1 << 8 }])
  expect(await describeTopic(world, 'secret')).toMatchObject({ errorCode: 29, partitions: [] })
  const topicId = (await world.topics.find(SCOPE, 'secret'))?.id ?? ''
  const byId = await world.call('metadata', { topics: [{ name: null, topicId }] })
  expect(byId.topics[0]).toMatchObject({ errorCode: 100, name: null })
  expect(await describeTopic(world, 'made', true)).toMatchObject({ errorCode: 29 })
  const deleted = await world.call('deleteTopics', {
    topics: [{ name: null, topicId }],
    topicNames: ['open'],
  })
  expect(deleted.responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['open', 29],
    [null, 100],
  ])
  expect((await alter(world, 'open', ['segment.ms', 0, '1']))[0]).toBe('TOPIC_AUTHORIZATION_FAILED')
  expect((await configsOf(world, 'open')).size).toBe(0)
})
