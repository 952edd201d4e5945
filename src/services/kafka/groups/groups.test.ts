import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeTopics } from '../../../../test/support/kafka-topics.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { JoinAnswer } from './classic/classic-group.ts'
import type { JoinRequest } from './classic/join.ts'
import type { ConsumerHeartbeat } from './consumer/heartbeat.ts'
import type { Groups } from './groups.ts'
import { createGroups } from './groups.ts'
import {
  GROUP_REGEXES_MAX,
  GROUPS_MAX,
  OFFSET_METADATA_CHARS_MAX,
  OFFSET_RETENTION_MS,
} from './limits.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const DAY_MS = 86_400_000

/** The groups over one medium, on which a restart begins anew. */
function createHouse(meta: MetaStore = createMemoryMeta()) {
  const virtual = createVirtualClock()
  const fake = createFakeTopics({ orders: 4, clicks: 2 })
  const failing = { count: 0, scans: 0 }
  const medium: MetaStore = {
    ...meta,
    async scan(range) {
      if (failing.scans > 0) {
        failing.scans--
        throw new EngineError('unavailable', 'nothing can be read')
      }
      return meta.scan(range)
    },
    async commit(batch) {
      if (failing.count > 0) {
        failing.count--
        throw new EngineError('full', 'no space is left')
      }
      await meta.commit(batch)
    },
  }

  function start(): Groups {
    const random = createSeededRandom(1)
    const deps = { meta: medium, clock: virtual.clock, log: silentLogger }
    const leases = createLeases({ ...deps, owner: random.uuid() })
    const background = createBackground({ ...deps, leases, random, metrics: silentMetrics })
    const groups = createGroups({ ...deps, topics: fake.topics, background })
    const stop = new AbortController()
    const running = groups.run(stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
    })
    return groups
  }

  return { ...virtual, ...fake, failing, start }
}

let ids = 0

function joinRequest(more: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId: '',
    newMemberId: `member-${ids++}`,
    instanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription('orders') }],
    needsKnownId: false,
    knowsSkipAssignment: true,
    ...more,
  }
}

function subscription(topic: string): Buffer {
  const head = Buffer.from([0, 1, 0, 0, 0, 1, 0, topic.length])
  return Buffer.concat([head, Buffer.from(topic)])
}

type House = ReturnType<typeof createHouse>

/** A member that is alone in a stable group. */
async function stableMember(house: House, groups: Groups, groupId: string): Promise<JoinAnswer> {
  const waiting = groups.coordinator.join(scope, groupId, joinRequest())
  let joined: JoinAnswer | undefined
  void waiting.then((answer) => {
    joined = answer
  })
  await house.advanceUntil(() => joined !== undefined)
  const answer = await waiting
  const { memberId, generation } = answer
  const synced = await groups.coordinator.sync(scope, groupId, {
    memberId,
    generation,
    instanceId: null,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: new Map([[memberId, Buffer.from('all')]]),
  })
  expect(synced).toMatchObject({ error: 'NONE' })
  return answer
}

function claimOf({ memberId, generation }: JoinAnswer, groupId: string) {
  return { groupId, memberId, groupInstanceId: null, generationOrEpoch: generation }
}

function nobody(groupId: string) {
  return { groupId, memberId: '', groupInstanceId: null, generationOrEpoch: -1 }
}

function offsetAt(topic: string, partition: number, offset: number) {
  return { topic, partition, offset, leaderEpoch: 0, metadata: null }
}

const newest = { version: 9, retentionMs: undefined }

function fetchAll(groups: Groups, groupId: string, requireStable = false) {
  const member = { memberId: null, memberEpoch: -1 }
  return groups.offsets.fetch(scope, { groupId, ...member, places: null, requireStable })
}

function beat(memberId: string, epoch: number, more: Partial<ConsumerHeartbeat> = {}) {
  const isJoin = epoch === 0
  return {
    memberId,
    epoch,
    instanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    connectionId: 'connection',
    rackId: null,
    rebalanceTimeoutMs: isJoin ? 60_000 : null,
    topics: isJoin ? ['orders'] : null,
    regex: null,
    assignor: null,
    owned: isJoin ? {} : null,
    ...more,
  }
}

const seesAll = () => true

describe('offsets of groups', () => {
  test('survive a restart, each partition with its newest', async () => {
    const house = createHouse()
    const before = house.start()
    const first = [offsetAt('orders', 0, 5), offsetAt('orders', 3, 7)]
    expect(await before.commits.commit(scope, nobody('g'), first, newest)).toEqual(['NONE', 'NONE'])
    await before.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 6)], newest)
    const after = house.start()
    expect(await fetchAll(after, 'g')).toMatchObject({
      error: 'NONE',
      offsets: [
        { topic: 'orders', partition: 0, offset: 6, error: 'NONE' },
        { topic: 'orders', partition: 3, offset: 7, error: 'NONE' },
      ],
    })
  })

  test('are refused for topics and partitions that are not there, and for long metadata', async () => {
    const groups = createHouse().start()
    const metadata = 'x'.repeat(OFFSET_METADATA_CHARS_MAX)
    const offsets = [
      offsetAt('nothing', 0, 1),
      offsetAt('orders', 4, 1),
      offsetAt('orders', -1, 1),
      { ...offsetAt('orders', 0, 1), metadata },
      { ...offsetAt('orders', 1, 1), metadata: `${metadata}x` },
    ]
    expect(await groups.commits.commit(scope, nobody('g'), offsets, newest)).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'NONE',
      'OFFSET_METADATA_TOO_LARGE',
    ])
  })

  test('are for members of the generation of now, once there are members', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    const commit = (claim: ReturnType<typeof claimOf>) =>
      groups.commits.commit(scope, claim, [offsetAt('orders', 0, 1)], newest)
    expect(await commit(claimOf(member, 'g'))).toEqual(['NONE'])
    expect(await commit({ ...claimOf(member, 'g'), generationOrEpoch: 7 })).toEqual([
      'ILLEGAL_GENERATION',
    ])
    expect(await commit({ ...claimOf(member, 'g'), memberId: 'other' })).toEqual([
      'UNKNOWN_MEMBER_ID',
    ])
    expect(await commit(nobody('g'))).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(await commit(claimOf(member, 'unknown'))).toEqual(['GROUP_ID_NOT_FOUND'])
  })

  test('a commit that was sent before its member left still counts', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    const commit = groups.commits.commit(
      scope,
      claimOf(member, 'g'),
      [offsetAt('orders', 0, 9)],
      newest,
    )
    const leave = groups.coordinator.leave(scope, 'g', [{ ...member, instanceId: null }])
    expect(await commit).toEqual(['NONE'])
    expect(await leave).toEqual(['NONE'])
  })

  test('go with their topic, and are not those of a topic that is made anew', async () => {
    const house = createHouse()
    const groups = house.start()
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 5)], newest)
    await groups.commits.commit(scope, nobody('g'), [offsetAt('clicks', 1, 6)], newest)
    house.remove('orders')
    house.make('orders', 4)
    expect((await fetchAll(groups, 'g')).offsets.map(({ topic }) => topic)).toEqual(['clicks'])
    await groups.topicDeleted(scope, { name: 'clicks', id: house.idOf('clicks') })
    expect((await fetchAll(groups, 'g')).offsets).toEqual([])
  })

  test('stay where their topic was made anew before the end of the old one was told', async () => {
    const house = createHouse()
    const groups = house.start()
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 5)], newest)
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 1, 5)], newest)
    const old = { name: 'orders', id: house.idOf('orders') }
    house.remove('orders')
    house.make('orders', 4)
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 1, 6)], newest)
    await groups.topicDeleted(scope, old)
    expect((await fetchAll(groups, 'g')).offsets).toMatchObject([{ partition: 1, offset: 6 }])
  })

  test('are removed one by one, but not while a member reads the topic', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    const offsets = [offsetAt('orders', 0, 1), offsetAt('clicks', 0, 2)]
    await groups.commits.commit(scope, claimOf(member, 'g'), offsets, newest)
    expect(await groups.offsets.remove(scope, 'g', offsets)).toEqual([
      'GROUP_SUBSCRIBED_TO_TOPIC',
      'NONE',
    ])
    expect((await fetchAll(groups, 'g')).offsets.map(({ topic }) => topic)).toEqual(['orders'])
    expect(await groups.offsets.remove(scope, 'nothing', offsets)).toBe('GROUP_ID_NOT_FOUND')
  })

  test('a medium that is full refuses the commit, and takes it when there is space again', async () => {
    const house = createHouse()
    const groups = house.start()
    await house.advance(1)
    house.failing.count = 1
    const commit = () =>
      groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 5)], newest)
    await expect(commit()).rejects.toBeInstanceOf(EngineError)
    expect(await commit()).toEqual(['NONE'])
    const after = house.start()
    expect((await fetchAll(after, 'g')).offsets).toMatchObject([{ offset: 5 }])
  })
})

describe('offsets of transactions', () => {
  const producer = { producerId: 7, producerEpoch: 0 }

  test('count once the transaction is committed, whatever happens in between', async () => {
    const house = createHouse()
    const groups = house.start()
    const pend = (offset: number) =>
      groups.transactional.pend(scope, nobody('g'), producer, [offsetAt('orders', 0, offset)])
    expect(await pend(5)).toBe('none')
    expect((await fetchAll(groups, 'g')).offsets).toEqual([])
    const restarted = house.start()
    await restarted.transactional.settle(scope, 'g', 7, true)
    await restarted.transactional.settle(scope, 'g', 7, true)
    expect((await fetchAll(restarted, 'g')).offsets).toMatchObject([{ offset: 5 }])
  })

  test('are forgotten when the transaction is aborted', async () => {
    const groups = createHouse().start()
    await groups.transactional.pend(scope, nobody('g'), producer, [offsetAt('orders', 0, 5)])
    await groups.transactional.settle(scope, 'g', 7, false)
    await groups.transactional.settle(scope, 'g', 7, true)
    expect((await fetchAll(groups, 'g')).offsets).toEqual([])
  })

  test('make a fetch of stable offsets wait, and no other', async () => {
    const groups = createHouse().start()
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 1)], newest)
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 1, 2)], newest)
    await groups.transactional.pend(scope, nobody('g'), producer, [offsetAt('orders', 0, 5)])
    expect((await fetchAll(groups, 'g', true)).offsets).toMatchObject([
      { partition: 0, offset: -1, error: 'UNSTABLE_OFFSET_COMMIT' },
      { partition: 1, offset: 2, error: 'NONE' },
    ])
    expect((await fetchAll(groups, 'g')).offsets).toMatchObject([{ offset: 1 }, { offset: 2 }])
  })

  test('do not replace what was committed outside after them', async () => {
    const house = createHouse()
    const groups = house.start()
    await groups.transactional.pend(scope, nobody('g'), producer, [offsetAt('orders', 0, 5)])
    await house.advance(10)
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 8)], newest)
    await groups.transactional.settle(scope, 'g', 7, true)
    expect((await fetchAll(groups, 'g')).offsets).toMatchObject([{ offset: 8 }])
  })

  test('are refused where the claim does not hold', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    const claim = { ...claimOf(member, 'g'), generationOrEpoch: 9 }
    const pend = groups.transactional.pend(scope, claim, producer, [offsetAt('orders', 0, 5)])
    expect(await pend).toBe('ILLEGAL_GENERATION')
  })
})

describe('what becomes of offsets in time', () => {
  test('they stay as long as the group has members, and seven days longer', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    await groups.commits.commit(scope, claimOf(member, 'g'), [offsetAt('orders', 0, 1)], newest)
    await groups.coordinator.leave(scope, 'g', [{ ...member, instanceId: null }])
    await house.advance(OFFSET_RETENTION_MS - 60_000)
    expect((await fetchAll(groups, 'g')).offsets).toHaveLength(1)
    await house.advance(DAY_MS)
    expect((await fetchAll(groups, 'g')).offsets).toEqual([])
    expect(await groups.coordinator.find(scope, 'g')).toBeUndefined()
  })

  test('offsets without any member lapse after their commit, or when their client wanted it', async () => {
    const house = createHouse()
    const groups = house.start()
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 0, 1)], newest)
    const brief = { version: 2, retentionMs: 3_600_000 }
    await groups.commits.commit(scope, nobody('g'), [offsetAt('orders', 1, 1)], brief)
    await house.advance(2 * 3_600_000)
    expect((await fetchAll(groups, 'g')).offsets).toMatchObject([{ partition: 0 }])
    await house.advance(OFFSET_RETENTION_MS)
    expect(await groups.coordinator.list(scope)).toEqual([])
  })

  test('a group with members is not deleted, and one without goes with all it has', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    await groups.commits.commit(scope, claimOf(member, 'g'), [offsetAt('orders', 0, 1)], newest)
    expect(await groups.retirement.deleteGroup(scope, 'g')).toBe('NON_EMPTY_GROUP')
    await groups.coordinator.leave(scope, 'g', [{ ...member, instanceId: null }])
    expect(await groups.retirement.deleteGroup(scope, 'g')).toBe('NONE')
    expect(await groups.retirement.deleteGroup(scope, 'g')).toBe('GROUP_ID_NOT_FOUND')
    const after = house.start()
    expect(await after.coordinator.list(scope)).toEqual([])
    expect((await fetchAll(after, 'g')).offsets).toEqual([])
  })
})

describe('groups and restarts', () => {
  test('members of a classic group go on in their generation', async () => {
    const house = createHouse()
    const member = await stableMember(house, house.start(), 'g')
    const after = house.start()
    const { memberId, generation } = member
    const claim = { memberId, generation, instanceId: null }
    expect(await after.coordinator.heartbeat(scope, 'g', claim)).toBe('NONE')
    const synced = await after.coordinator.sync(scope, 'g', {
      ...claim,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: new Map(),
    })
    expect(synced.assignment.toString()).toBe('all')
  })

  test('members that do not come back lose their session', async () => {
    const house = createHouse()
    await stableMember(house, house.start(), 'g')
    const after = house.start()
    await house.advance(10_001)
    expect(await after.coordinator.find(scope, 'g')).toMatchObject({ state: 'Empty' })
  })

  test('a generation that was answered is not given again', async () => {
    const house = createHouse()
    const before = house.start()
    const joining = before.coordinator.join(scope, 'g', joinRequest())
    await house.advance(1_000)
    expect(await joining).toMatchObject({ error: 'NONE', generation: 1 })
    const after = house.start()
    await house.advance(10_001)
    const again = after.coordinator.join(scope, 'g', joinRequest())
    await house.advance(1_000)
    expect((await again).generation).toBeGreaterThan(1)
  })

  test('groups that cannot be read at the start are read again until they can', async () => {
    const house = createHouse()
    await stableMember(house, house.start(), 'g')
    house.failing.scans = 1
    const after = house.start()
    await house.advance(30_000)
    expect(house.failing.scans).toBe(0)
    expect(await after.coordinator.find(scope, 'g')).toMatchObject({ state: 'Empty' })
  })

  test('a join that cannot be stored fails, and the group is as it was', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    const { memberId } = member
    house.failing.count = 1
    const rejoin = joinRequest({ memberId })
    await expect(groups.coordinator.join(scope, 'g', rejoin)).rejects.toBeInstanceOf(EngineError)
    const claim = { memberId, generation: 1, instanceId: null }
    expect(await groups.coordinator.heartbeat(scope, 'g', claim)).toBe('NONE')
    expect(await groups.coordinator.join(scope, 'g', rejoin)).toMatchObject({ generation: 2 })
  })

  test('members of a consumer group go on in their epochs', async () => {
    const house = createHouse()
    const before = house.start()
    const { coordinator } = before
    expect(await coordinator.consumerHeartbeat(scope, 'g', beat('a', 0), seesAll)).toMatchObject({
      epoch: 1,
    })
    const after = house.start()
    const again = await after.coordinator.consumerHeartbeat(scope, 'g', beat('a', 1), seesAll)
    expect(again).toMatchObject({ error: 'NONE', epoch: 1, assignment: null })
    const joined = await after.coordinator.consumerHeartbeat(scope, 'g', beat('b', 0), seesAll)
    expect(joined).toMatchObject({ epoch: 2, assignment: {} })
  })
})

describe('both protocols', () => {
  test('a group without members goes from one to the other, its epoch and offsets kept', async () => {
    const house = createHouse()
    const groups = house.start()
    const member = await stableMember(house, groups, 'g')
    await groups.commits.commit(scope, claimOf(member, 'g'), [offsetAt('orders', 0, 5)], newest)
    await groups.coordinator.leave(scope, 'g', [{ ...member, instanceId: null }])
    const up = await groups.coordinator.consumerHeartbeat(scope, 'g', beat('a', 0), seesAll)
    expect(up).toMatchObject({ error: 'NONE', epoch: 3 })
    await groups.coordinator.consumerLeave(scope, 'g', beat('a', -1))
    const down = groups.coordinator.join(scope, 'g', joinRequest())
    await house.advance(1_000)
    expect((await down).generation).toBeGreaterThan(3)
    expect((await fetchAll(groups, 'g')).offsets).toMatchObject([{ offset: 5 }])
  })

  test('are refused in one group at once', async () => {
    const house = createHouse()
    const groups = house.start()
    await stableMember(house, groups, 'classic')
    const up = await groups.coordinator.consumerHeartbeat(scope, 'classic', beat('a', 0), seesAll)
    expect(up.error).toBe('GROUP_ID_NOT_FOUND')
    await groups.coordinator.consumerHeartbeat(scope, 'new', beat('a', 0), seesAll)
    const down = await groups.coordinator.join(scope, 'new', joinRequest())
    expect(down.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })
})

describe('subscriptions of consumer groups', () => {
  test('by an expression see the topics that match, also those that come later', async () => {
    const house = createHouse()
    const groups = house.start()
    const request = beat('a', 0, { topics: null, regex: 'o.*s|late' })
    const joined = await groups.coordinator.consumerHeartbeat(scope, 'g', request, seesAll)
    expect(joined).toMatchObject({ assignment: { [house.idOf('orders')]: [0, 1, 2, 3] } })
    house.make('late', 1)
    await house.advance(5_000)
    const more = await groups.coordinator.consumerHeartbeat(scope, 'g', beat('a', 1), seesAll)
    expect(more).toMatchObject({ epoch: 2, assignment: { [house.idOf('late')]: [0] } })
  })

  test('by an expression do not see what the member may not', async () => {
    const house = createHouse()
    const groups = house.start()
    const request = beat('a', 0, { topics: null, regex: '.*' })
    const sees = (topic: string) => topic === 'clicks'
    const joined = await groups.coordinator.consumerHeartbeat(scope, 'g', request, sees)
    expect(joined).toMatchObject({ assignment: { [house.idOf('clicks')]: [0, 1] } })
  })

  test('by an expression that is none are refused', async () => {
    const groups = createHouse().start()
    const request = beat('a', 0, { topics: null, regex: '(' })
    const refused = await groups.coordinator.consumerHeartbeat(scope, 'g', request, seesAll)
    expect(refused.error).toBe('INVALID_REGULAR_EXPRESSION')
    expect(await groups.coordinator.list(scope)).toEqual([])
  })

  test('by as many distinct expressions as the limit says, and no more', async () => {
    const groups = createHouse().start()
    const ask = (memberId: string, regex: string, epoch = 0) =>
      groups.coordinator.consumerHeartbeat(
        scope,
        'g',
        beat(memberId, epoch, { topics: null, regex }),
        seesAll,
      )
    let last = 0
    for (let index = 0; index < GROUP_REGEXES_MAX; index++) {
      const joined = await ask(`m${index}`, `orders|x${index}`)
      expect(joined).toMatchObject({ error: 'NONE' })
      if ('epoch' in joined) last = joined.epoch
    }
    expect(await ask('late', 'orders|late')).toMatchObject({
      error: 'GROUP_MAX_SIZE_REACHED',
      message: expect.stringContaining(`${GROUP_REGEXES_MAX + 1} distinct expressions`),
    })
    expect(await ask('late', 'orders|x1')).toMatchObject({ error: 'NONE' })
    // Another one in the place of the old is no more than there were.
    const changed = await ask(`m${GROUP_REGEXES_MAX - 1}`, 'orders|other', last)
    expect(changed).toMatchObject({ error: 'NONE' })
  })

  test('by several expressions give the event loop a turn between two of them', async () => {
    const house = createHouse()
    const groups = house.start()
    const request = (regex: string) => beat(regex, 0, { topics: null, regex })
    const matching: string[] = []
    await groups.coordinator.consumerHeartbeat(scope, 'g', request('orders'), seesAll)
    const asked = groups.coordinator.consumerHeartbeat(scope, 'g', request('clicks'), (topic) => {
      matching.push(topic)
      return true
    })
    let turned = false
    setImmediate(() => {
      turned = matching.length === 1
    })
    await asked
    expect(turned).toBe(true)
  })

  test('notice a topic that grows', async () => {
    const house = createHouse()
    const groups = house.start()
    await groups.coordinator.consumerHeartbeat(scope, 'g', beat('a', 0), seesAll)
    house.grow('orders', 5)
    await house.advance(5_000)
    const more = await groups.coordinator.consumerHeartbeat(scope, 'g', beat('a', 1), seesAll)
    expect(more).toMatchObject({ assignment: { [house.idOf('orders')]: [0, 1, 2, 3, 4] } })
  })
})

test('as many groups as the limit says, and no more, in each account', async () => {
  const groups = createHouse().start()
  const commit = (groupId: string, to = scope) =>
    groups.commits.commit(to, nobody(groupId), [offsetAt('orders', 0, 1)], newest)
  for (let index = 0; index < GROUPS_MAX; index++) await commit(`g${index}`)
  expect(await commit('one-more')).toEqual(['POLICY_VIOLATION'])
  expect(await groups.coordinator.join(scope, 'other', joinRequest())).toMatchObject({
    error: 'POLICY_VIOLATION',
  })
  expect(await commit('g7')).toEqual(['NONE'])
  expect(await commit('one-more', { ...scope, region: 'eu-west-1' })).toEqual(['NONE'])
})
