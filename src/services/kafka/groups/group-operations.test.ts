import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeTopics } from '../../../../test/support/kafka-topics.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
  KafkaResponse,
} from '../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../wire/kafka/errors.ts'
import { createKafkaCodec } from '../../../wire/kafka/frames.ts'
import type { Authorizer } from '../parts.ts'
import { groupOperations } from './group-operations.ts'
import { createGroups } from './groups.ts'
import { GROUP_ID_BYTES_MAX, SESSION_TIMEOUT_MS_MAX, SESSION_TIMEOUT_MS_MIN } from './limits.ts'

const codec = createKafkaCodec()

/** A coordinator as clients see it: requests and answers are bytes of a version. */
function createHouse(allows: Authorizer['allows'] = () => true) {
  const { clock, advance } = createVirtualClock()
  const { topics, idOf } = createFakeTopics({ orders: 2, clicks: 1 })
  const groups = createGroups({
    meta: createMemoryMeta(),
    topics,
    background: { run: async () => undefined },
    clock,
    log: silentLogger,
  })
  const stop = new AbortController()
  const running = groups.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
  })
  const operations = groupOperations({
    groups,
    topics,
    authorizer: { allows },
    random: createSeededRandom(1),
    nodeId: 3,
  })
  const gone = new AbortController()
  const connection = {
    accountId: '000000000000',
    region: 'us-east-1',
    id: '1',
    principal: 'User:ANONYMOUS',
    clientAddress: '127.0.0.1',
    advertised: { host: 'broker.example', port: 9092 },
    signal: gone.signal,
    log: silentLogger,
  }

  async function call<Name extends KafkaApiName>(
    name: Name,
    apiVersion: number,
    request: KafkaClientRequest<Name>,
  ): Promise<KafkaClientResponse<Name>> {
    const header = { apiVersion, correlationId: 7, clientId: 'app' }
    const frame = codec.decodeRequest(bodyOf(codec.encodeRequest(name, header, request)))
    if (frame.kind !== 'request') throw new Error(frame.kind)
    const operation = operations.find((one) => one.name === name)
    const context = { connection, apiVersion, clientId: 'app' }
    const response = (await operation?.run(frame.request, context)) as KafkaResponse<Name>
    return codec.decodeResponse(
      name,
      apiVersion,
      bodyOf(codec.encodeResponse(name, header, response)),
    )
  }

  /** Joins alone, at once where it is known, and gets an assignment. */
  async function joinAlone(groupId: string, version = 9) {
    const first = version < 4 ? undefined : await call('joinGroup', version, joinOf(groupId))
    const memberId = first?.memberId ?? ''
    const joining = call('joinGroup', version, { ...joinOf(groupId), memberId })
    await advance(1_000)
    const joined = await joining
    expect(joined.errorCode).toBe(0)
    const synced = await call('syncGroup', 5, {
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: joined.memberId, assignment: Buffer.from('all') }],
    })
    expect(synced).toMatchObject({ errorCode: 0, assignment: Buffer.from('all') })
    return joined
  }

  return { call, advance, joinAlone, idOf, leaveConnection: () => gone.abort() }
}

/** Without the length that stands before it. */
function bodyOf(pieces: ReadonlyArray<Buffer>): Buffer {
  return Buffer.concat(pieces).subarray(4)
}

function joinOf(groupId: string) {
  return {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from([0, 0, 0, 0, 0, 0]) }],
  }
}

function consumerBeat(groupId: string) {
  return {
    groupId,
    memberId: 'me',
    memberEpoch: 0,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
  }
}

function commitOf(groupId: string, name = 'orders') {
  return {
    groupId,
    memberId: '',
    topics: [
      { name, partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }] },
    ],
  }
}

function codeOf(name: KafkaErrorName): number {
  return kafkaErrorCode(name)
}

describe('the coordinator of all groups', () => {
  test('is this broker, for groups and transactions; share groups are refused', async () => {
    const { call } = createHouse()
    const here = { errorCode: 0, nodeId: 3, host: 'broker.example', port: 9092 }
    expect(await call('findCoordinator', 0, { key: 'g', coordinatorKeys: [] })).toMatchObject(here)
    expect(
      await call('findCoordinator', 3, { key: 't', keyType: 1, coordinatorKeys: [] }),
    ).toMatchObject(here)
    const batch = { keyType: 0, coordinatorKeys: ['a', 'b'] }
    expect((await call('findCoordinator', 6, batch)).coordinators).toMatchObject([
      { key: 'a', ...here },
      { key: 'b', ...here },
    ])
    const share = await call('findCoordinator', 6, { keyType: 2, coordinatorKeys: ['s'] })
    expect(share.coordinators).toMatchObject([
      {
        errorCode: codeOf('INVALID_REQUEST'),
        errorMessage: 'coordinators of type 2 are not built',
      },
    ])
  })
})

describe('members of the classic protocol', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('join by version %i', async (version) => {
    const { joinAlone } = createHouse()
    const joined = await joinAlone('g', version)
    expect(joined).toMatchObject({ generationId: 1, protocolName: 'range', skipAssignment: false })
    expect(joined.leader).toBe(joined.memberId)
    expect(joined.memberId).toMatch(/^app-/)
    expect(joined.members).toHaveLength(1)
  })

  test('are refused sessions below and above the limits, and take the limits', async () => {
    const { call } = createHouse()
    const join = (sessionTimeoutMs: number) =>
      call('joinGroup', 9, { ...joinOf('g'), sessionTimeoutMs })
    const refused = { errorCode: codeOf('INVALID_SESSION_TIMEOUT') }
    expect(await join(SESSION_TIMEOUT_MS_MIN - 1)).toMatchObject(refused)
    expect(await join(SESSION_TIMEOUT_MS_MAX + 1)).toMatchObject(refused)
    const required = { errorCode: codeOf('MEMBER_ID_REQUIRED') }
    expect(await join(SESSION_TIMEOUT_MS_MIN)).toMatchObject(required)
    expect(await join(SESSION_TIMEOUT_MS_MAX)).toMatchObject(required)
  })

  test('need a group id that is not empty and not too long', async () => {
    const { call } = createHouse()
    const invalid = { errorCode: codeOf('INVALID_GROUP_ID') }
    expect(await call('joinGroup', 9, joinOf(''))).toMatchObject(invalid)
    const longest = 'x'.repeat(GROUP_ID_BYTES_MAX)
    expect(await call('joinGroup', 9, joinOf(`${longest}x`))).toMatchObject(invalid)
    expect(await call('joinGroup', 9, joinOf(longest))).toMatchObject({
      errorCode: codeOf('MEMBER_ID_REQUIRED'),
    })
    const beat = { groupId: '', generationId: 0, memberId: 'm' }
    expect(await call('heartbeat', 4, beat)).toMatchObject(invalid)
  })

  test('that wait when their connection goes are let go', async () => {
    const { call, advance, leaveConnection } = createHouse()
    const waiting = call('joinGroup', 0, joinOf('g'))
    await advance(10)
    leaveConnection()
    expect(await waiting).toMatchObject({ errorCode: codeOf('COORDINATOR_NOT_AVAILABLE') })
  })

  test('have to name the protocol they believe in, from version 5 on', async () => {
    const { call, joinAlone } = createHouse()
    const { memberId, generationId } = await joinAlone('g')
    const sync = { groupId: 'g', generationId, memberId, assignments: [] }
    const inconsistent = { errorCode: codeOf('INCONSISTENT_GROUP_PROTOCOL') }
    expect(await call('syncGroup', 5, sync)).toMatchObject(inconsistent)
    const other = { ...sync, protocolType: 'consumer', protocolName: 'other' }
    expect(await call('syncGroup', 5, other)).toMatchObject(inconsistent)
    expect(await call('syncGroup', 4, sync)).toMatchObject({ errorCode: 0 })
  })

  test('leave alone by old versions, and several at once by new ones', async () => {
    const { call, joinAlone } = createHouse()
    const { memberId } = await joinAlone('g')
    const unknown = codeOf('UNKNOWN_MEMBER_ID')
    expect(await call('leaveGroup', 2, { groupId: 'g', memberId: 'x', members: [] })).toMatchObject(
      { errorCode: unknown },
    )
    const members = [{ memberId: 'x' }, { memberId }]
    expect(await call('leaveGroup', 5, { groupId: 'g', members })).toMatchObject({
      errorCode: 0,
      members: [{ errorCode: unknown }, { errorCode: 0 }],
    })
    expect(await call('leaveGroup', 3, { groupId: 'no', members })).toMatchObject({
      errorCode: 0,
      members: [{ errorCode: unknown }, { errorCode: unknown }],
    })
  })

  test('are described while stable, with all they brought and got', async () => {
    const { call, joinAlone } = createHouse()
    const { memberId } = await joinAlone('g')
    const described = await call('describeGroups', 5, {
      groups: ['g', 'no'],
      includeAuthorizedOperations: true,
    })
    expect(described.groups).toMatchObject([
      {
        errorCode: 0,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [{ memberId, clientId: 'app', clientHost: '/127.0.0.1' }],
        authorizedOperations: (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11),
      },
      { errorCode: 0, groupState: 'Dead', members: [] },
    ])
    expect(described.groups[0]?.members[0]?.memberAssignment.toString()).toBe('all')
    const newer = await call('describeGroups', 6, {
      groups: ['no'],
      includeAuthorizedOperations: false,
    })
    expect(newer.groups).toMatchObject([{ errorCode: codeOf('GROUP_ID_NOT_FOUND') }])
  })
})

describe('lists of groups', () => {
  test('are filtered by state and type, whatever the case', async () => {
    const { call, joinAlone } = createHouse()
    await joinAlone('classic')
    await call('consumerGroupHeartbeat', 1, consumerBeat('new'))
    await call('offsetCommit', 8, commitOf('simple'))
    const ids = async (statesFilter: string[], typesFilter: string[]) =>
      (await call('listGroups', 5, { statesFilter, typesFilter })).groups.map(
        ({ groupId }) => groupId,
      )
    expect(await ids([], [])).toEqual(['classic', 'new', 'simple'])
    expect(await ids(['stable'], [])).toEqual(['classic', 'new'])
    expect(await ids(['EMPTY'], ['Classic'])).toEqual(['simple'])
    expect(await ids([], ['consumer'])).toEqual(['new'])
    const rows = await call('listGroups', 5, { statesFilter: [], typesFilter: [] })
    expect(rows.groups).toMatchObject([
      { protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' },
      { protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' },
      { protocolType: '', groupState: 'Empty', groupType: 'classic' },
    ])
  })

  test('get shorter when groups are deleted', async () => {
    const { call, joinAlone } = createHouse()
    await joinAlone('full')
    await call('offsetCommit', 8, commitOf('simple'))
    const deleted = await call('deleteGroups', 2, { groupsNames: ['simple', 'full', 'no'] })
    expect(deleted.results).toMatchObject([
      { groupId: 'simple', errorCode: 0 },
      { groupId: 'full', errorCode: codeOf('NON_EMPTY_GROUP') },
      { groupId: 'no', errorCode: codeOf('GROUP_ID_NOT_FOUND') },
    ])
    const { groups } = await call('listGroups', 0, { statesFilter: [], typesFilter: [] })
    expect(groups.map(({ groupId }) => groupId)).toEqual(['full'])
  })
})

describe('offsets', () => {
  test.each([2, 3, 5, 6, 7, 8, 9])('are committed by version %i', async (version) => {
    const { call } = createHouse()
    const { topics } = await call('offsetCommit', version, commitOf('g'))
    expect(topics).toEqual([{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0 }] }])
  })

  test.each([1, 2, 3, 5, 6, 7])('are fetched by version %i', async (version) => {
    const { call } = createHouse()
    await call('offsetCommit', 8, commitOf('g'))
    const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
    const fetched = await call('offsetFetch', version, { groupId: 'g', topics, groups: [] })
    expect(fetched.topics).toMatchObject([
      {
        name: 'orders',
        partitions: [
          { partitionIndex: 0, committedOffset: 5, metadata: 'm', errorCode: 0 },
          { partitionIndex: 1, committedOffset: -1, metadata: '', errorCode: 0 },
        ],
      },
    ])
  })

  test.each([8, 9])('of several groups are fetched by version %i', async (version) => {
    const { call } = createHouse()
    await call('offsetCommit', 8, commitOf('g'))
    await call('offsetCommit', 8, commitOf('h', 'clicks'))
    const groups = ['g', 'h', 'no'].map((groupId) => ({ groupId, topics: null }))
    const fetched = await call('offsetFetch', version, { topics: [], groups })
    expect(fetched.groups).toMatchObject([
      { groupId: 'g', topics: [{ name: 'orders' }], errorCode: 0 },
      { groupId: 'h', topics: [{ name: 'clicks' }], errorCode: 0 },
      { groupId: 'no', topics: [], errorCode: 0 },
    ])
  })

  test('are deleted one by one', async () => {
    const { call } = createHouse()
    await call('offsetCommit', 8, commitOf('g'))
    const topics = ['orders', 'nothing'].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0 }],
    }))
    const deleted = await call('offsetDelete', 0, { groupId: 'g', topics })
    expect(deleted).toMatchObject({
      errorCode: 0,
      topics: [
        { name: 'orders', partitions: [{ errorCode: 0 }] },
        { name: 'nothing', partitions: [{ errorCode: codeOf('UNKNOWN_TOPIC_OR_PARTITION') }] },
      ],
    })
    const { groups } = await call('offsetFetch', 9, {
      topics: [],
      groups: [{ groupId: 'g', topics: null }],
    })
    expect(groups).toMatchObject([{ topics: [] }])
    expect(await call('offsetDelete', 0, { groupId: 'no', topics })).toMatchObject({
      errorCode: codeOf('GROUP_ID_NOT_FOUND'),
    })
  })
})

describe('members of the new protocol', () => {
  test('join, are described, and leave', async () => {
    const { call, idOf } = createHouse()
    const topicId = idOf('orders')
    const joined = await call('consumerGroupHeartbeat', 1, consumerBeat('g'))
    expect(joined).toMatchObject({
      errorCode: 0,
      memberId: 'me',
      memberEpoch: 1,
      heartbeatIntervalMs: 5_000,
      assignment: { topicPartitions: [{ topicId, partitions: [0, 1] }] },
    })
    const ask = { groupIds: ['g', 'no'], includeAuthorizedOperations: false }
    expect((await call('consumerGroupDescribe', 1, ask)).groups).toMatchObject([
      {
        groupState: 'Stable',
        groupEpoch: 1,
        assignmentEpoch: 1,
        assignorName: 'uniform',
        members: [
          {
            memberId: 'me',
            subscribedTopicNames: ['orders'],
            assignment: { topicPartitions: [{ topicId, topicName: 'orders', partitions: [0, 1] }] },
            memberType: 1,
          },
        ],
      },
      { errorCode: codeOf('GROUP_ID_NOT_FOUND') },
    ])
    const leave = { groupId: 'g', memberId: 'me', memberEpoch: -1 }
    expect(await call('consumerGroupHeartbeat', 1, leave)).toMatchObject({
      errorCode: 0,
      memberEpoch: -1,
    })
    expect(await call('consumerGroupHeartbeat', 1, leave)).toMatchObject({
      errorCode: codeOf('UNKNOWN_MEMBER_ID'),
    })
  })

  test('get an id from us by version 0 only', async () => {
    const { call } = createHouse()
    const request = { ...consumerBeat('g'), memberId: '' }
    const joined = await call('consumerGroupHeartbeat', 0, request)
    expect(joined.memberId).toHaveLength(36)
    expect(await call('consumerGroupHeartbeat', 1, request)).toMatchObject({
      errorCode: codeOf('INVALID_REQUEST'),
      errorMessage: 'MemberId is empty',
    })
  })

  test.each([
    ['an epoch below -2', { memberEpoch: -3 }, 'INVALID_REQUEST'],
    ['to pause without an instance id', { memberEpoch: -2 }, 'INVALID_REQUEST'],
    ['no rebalance timeout to join', { rebalanceTimeoutMs: -1 }, 'INVALID_REQUEST'],
    ['no subscription to join', { subscribedTopicNames: null }, 'INVALID_REQUEST'],
    ['partitions at once', { topicPartitions: null }, 'INVALID_REQUEST'],
    ['an empty instance id', { instanceId: ' ' }, 'INVALID_REQUEST'],
    ['an empty rack', { rackId: '' }, 'INVALID_REQUEST'],
    ['another assignor', { serverAssignor: 'mine' }, 'UNSUPPORTED_ASSIGNOR'],
    ['a group that is not there', { memberEpoch: 4 }, 'GROUP_ID_NOT_FOUND'],
    ['a broken expression', { subscribedTopicRegex: '[' }, 'INVALID_REGULAR_EXPRESSION'],
  ] as const)('are refused %s', async (_what, more, error) => {
    const { call } = createHouse()
    const answer = await call('consumerGroupHeartbeat', 1, { ...consumerBeat('g'), ...more })
    expect(answer.errorCode).toBe(codeOf(error))
    expect(answer.errorMessage).not.toBeNull()
  })

  test('commit and fetch by their epoch', async () => {
    const { call } = createHouse()
    await call('consumerGroupHeartbeat', 1, consumerBeat('g'))
    const commit = { ...commitOf('g'), memberId: 'me' }
    const errorOf = async (epoch: number, version: number) => {
      const request = { ...commit, generationIdOrMemberEpoch: epoch }
      const { topics } = await call('offsetCommit', version, request)
      return topics[0]?.partitions[0]?.errorCode
    }
    expect(await errorOf(1, 9)).toBe(0)
    expect(await errorOf(2, 9)).toBe(codeOf('STALE_MEMBER_EPOCH'))
    expect(await errorOf(1, 8)).toBe(codeOf('UNSUPPORTED_VERSION'))
    const fetch = async (memberId: string, memberEpoch: number) => {
      const groups = [{ groupId: 'g', memberId, memberEpoch, topics: null }]
      return (await call('offsetFetch', 9, { topics: [], groups })).groups[0]?.errorCode
    }
    expect(await fetch('me', 1)).toBe(0)
    expect(await fetch('me', 2)).toBe(codeOf('STALE_MEMBER_EPOCH'))
    expect(await fetch('you', 1)).toBe(codeOf('UNKNOWN_MEMBER_ID'))
  })
})

describe('who may not', () => {
  test('read a group gets nothing of it, by any operation', async () => {
    const { call } = createHouse((_connection, _operation, { type }) => type !== 'group')
    const refused = codeOf('GROUP_AUTHORIZATION_FAILED')
    const member = { groupId: 'g', generationId: 1, memberId: 'm' }
    expect((await call('findCoordinator', 3, { key: 'g', coordinatorKeys: [] })).errorCode).toBe(
      refused,
    )
    expect((await call('joinGroup', 9, joinOf('g'))).errorCode).toBe(refused)
    expect((await call('syncGroup', 4, { ...member, assignments: [] })).errorCode).toBe(refused)
    expect((await call('heartbeat', 4, member)).errorCode).toBe(refused)
    expect((await call('leaveGroup', 5, { groupId: 'g', members: [] })).errorCode).toBe(refused)
    const beat = await call('consumerGroupHeartbeat', 1, consumerBeat('g'))
    expect(beat.errorCode).toBe(refused)
    const committed = await call('offsetCommit', 9, commitOf('g'))
    expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(refused)
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const old = await call('offsetFetch', 7, { groupId: 'g', topics, groups: [] })
    expect(old.errorCode).toBe(refused)
    const deleted = await call('deleteGroups', 2, { groupsNames: ['g'] })
    expect(deleted.results[0]?.errorCode).toBe(refused)
    expect((await call('offsetDelete', 0, { groupId: 'g', topics: [] })).errorCode).toBe(refused)
    const ask = { groups: ['g'], includeAuthorizedOperations: false }
    expect((await call('describeGroups', 5, ask)).groups[0]?.errorCode).toBe(refused)
  })

  test('see a topic neither commits nor fetches there', async () => {
    const { call } = createHouse((_connection, _operation, { name }) => name !== 'orders')
    const refused = codeOf('TOPIC_AUTHORIZATION_FAILED')
    const request = { ...commitOf('g'), topics: [] as ReturnType<typeof commitOf>['topics'] }
    request.topics.push(...commitOf('g').topics, ...commitOf('g', 'clicks').topics)
    const { topics } = await call('offsetCommit', 9, request)
    expect(topics).toMatchObject([
      { name: 'orders', partitions: [{ errorCode: refused }] },
      { name: 'clicks', partitions: [{ errorCode: 0 }] },
    ])
    const wanted = ['orders', 'clicks'].map((name) => ({ name, partitionIndexes: [0] }))
    const { groups } = await call('offsetFetch', 9, {
      topics: [],
      groups: [{ groupId: 'g', topics: wanted }],
    })
    expect(groups[0]?.topics).toMatchObject([
      { name: 'clicks', partitions: [{ committedOffset: 5, errorCode: 0 }] },
      { name: 'orders', partitions: [{ committedOffset: -1, errorCode: refused }] },
    ])
    expect((await call('consumerGroupHeartbeat', 1, consumerBeat('h'))).errorCode).toBe(refused)
  })

  test('describe the cluster sees the groups it may describe', async () => {
    const { call } = createHouse((_connection, operation, { type, name }) => {
      if (operation !== 'describe') return true
      return type === 'group' ? name === 'mine' : type !== 'cluster'
    })
    await call('offsetCommit', 8, commitOf('mine'))
    await call('offsetCommit', 8, commitOf('yours'))
    const { groups } = await call('listGroups', 5, { statesFilter: [], typesFilter: [] })
    expect(groups.map(({ groupId }) => groupId)).toEqual(['mine'])
  })
})
