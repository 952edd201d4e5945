import type { KafkaClientRequest } from '../../../src/wire/kafka/apis.ts'
import type { Script, Side } from './side.ts'
import { asked, makeTopic, SOME_ID, told } from './side.ts'

const protocols = [{ name: 'range', metadata: Buffer.from('meta') }]
const joining = {
  ...{ groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '' },
  ...{ protocolType: 'consumer', protocols },
}

type Join = KafkaClientRequest<'joinGroup'>

/** Groups are served from when their topic is there, which Apache Kafka makes for the first. */
async function ready(side: Side, groupId: string): Promise<void> {
  await asked(
    () => side.ask('findCoordinator', { keyType: 0, coordinatorKeys: [groupId] }),
    ({ coordinators }) => coordinators[0]?.errorCode === 0,
  )
  await asked(
    () => side.ask('heartbeat', { groupId, generationId: 0, memberId: 'x' }),
    ({ errorCode }) => errorCode === 25,
  )
}

/** A group of one, in its first generation. */
async function groupOf(side: Side, groupId: string, given: Partial<Join> = {}): Promise<string> {
  await ready(side, groupId)
  const first = await side.ask('joinGroup', { ...joining, groupId, ...given })
  const { memberId } = first
  if (first.errorCode === 79) {
    await side.ask('joinGroup', { ...joining, groupId, memberId, ...given })
  }
  const assignments = [{ memberId, assignment: Buffer.from('all') }]
  const { protocolType = 'consumer' } = given
  await side.ask('syncGroup', {
    ...{ groupId, generationId: 1, memberId, assignments },
    ...{ protocolType, protocolName: 'range' },
  })
  return memberId
}

async function joins(side: Side): Promise<void> {
  await ready(side, 'joins')
  const join = (label: string, given: Partial<Join>, version?: number) =>
    told(side, label, 'joinGroup', { ...joining, groupId: 'joins', ...given }, version)
  await join('without id', { groupId: 'joins-new' })
  await join('without id in an old version', { groupId: 'joins-old' }, 3)
  await join('unknown member', { memberId: 'nobody' })
  await join('empty group', { groupId: '' })
  await join('session too short', { sessionTimeoutMs: 10 })
  await join('session too long', { sessionTimeoutMs: 9_999_999 })
  await join('no protocols', { protocols: [] })
  await join('no protocol type', { protocolType: '' })
  const memberId = await groupOf(side, 'joins')
  await join('another type', { protocolType: 'connect' })
  await join('another protocol', { protocols: [{ name: 'other', metadata: Buffer.from('') }] })
  await join('unknown member of a group', { memberId: 'nobody' })
  await join('again', { memberId })
  await join('fenced static member', { memberId, groupInstanceId: 'unknown' })
  await told(side, 'described', 'describeGroups', {
    groups: ['joins', 'joins-old', 'nowhere', ''],
    includeAuthorizedOperations: false,
  })
  await told(
    side,
    'described in an old version',
    'describeGroups',
    { groups: ['joins', 'nowhere'], includeAuthorizedOperations: true },
    5,
  )
}

async function members(side: Side): Promise<void> {
  const groupId = 'members'
  await ready(side, groupId)
  const memberId = await groupOf(side, groupId)
  const all = { groupId, generationId: 1, memberId }
  const others = {
    'right one': {},
    'unknown member': { memberId: 'nobody' },
    'old generation': { generationId: 0 },
    'new generation': { generationId: 7 },
    'unknown group': { groupId: 'nowhere' },
    'empty group': { groupId: '' },
    'unknown static member': { groupInstanceId: 'i' },
    'no member': { memberId: '' },
  }
  for (const [label, other] of Object.entries(others)) {
    await told(side, `heartbeat: ${label}`, 'heartbeat', { ...all, ...other })
    await told(side, `sync: ${label}`, 'syncGroup', { ...all, ...other, assignments: [] })
  }
  const named = { protocolType: 'consumer', protocolName: 'range', assignments: [] }
  await told(side, 'sync by name', 'syncGroup', { ...all, ...named })
  await told(side, 'other type', 'syncGroup', { ...all, ...named, protocolType: 'connect' })
  await told(side, 'other name', 'syncGroup', { ...all, ...named, protocolName: 'other' })
  const leaving = [{ memberId: 'nobody' }, { memberId: '', groupInstanceId: 'i' }]
  await told(side, 'others leave', 'leaveGroup', { groupId, members: leaving })
  await told(side, 'unknown group', 'leaveGroup', { groupId: 'nowhere', members: leaving })
  await told(side, 'empty group', 'leaveGroup', { groupId: '', members: leaving })
  const nobody = { groupId, memberId: 'nobody', members: [] }
  await told(side, 'old version', 'leaveGroup', nobody, 2)
  await told(side, 'deleted with members', 'deleteGroups', { groupsNames: [groupId] })
  await told(side, 'leaves', 'leaveGroup', { groupId, members: [{ memberId }] })
  await told(side, 'leaves again', 'leaveGroup', { groupId, members: [{ memberId }] })
  await told(side, 'heartbeat after', 'heartbeat', all)
  const described = { groups: [groupId], includeAuthorizedOperations: false }
  await told(side, 'described when empty', 'describeGroups', described)
  await told(side, 'deleted', 'deleteGroups', { groupsNames: [groupId, 'nowhere', ''] })
  await told(side, 'described when gone', 'describeGroups', described)
}

async function staticMembers(side: Side): Promise<void> {
  const groupId = 'static'
  await ready(side, groupId)
  const first = await groupOf(side, groupId, { groupInstanceId: 'i' })
  const join = { ...joining, groupId, groupInstanceId: 'i' }
  await told(side, 'with the wrong member', 'joinGroup', { ...join, memberId: 'nobody' })
  await told(side, 'comes again', 'joinGroup', join)
  const all = { groupId, generationId: 1, memberId: first, groupInstanceId: 'i' }
  await told(side, 'the old one is fenced', 'heartbeat', all)
  await told(side, 'sync is fenced', 'syncGroup', { ...all, assignments: [] })
  await told(side, 'commit is fenced', 'offsetCommit', {
    ...{ groupId, generationIdOrMemberEpoch: 1, memberId: first, groupInstanceId: 'i' },
    topics: [],
  })
  const wrong = [{ memberId: first, groupInstanceId: 'i' }]
  await told(side, 'leave is fenced', 'leaveGroup', { groupId, members: wrong })
  const byInstance = [{ memberId: '', groupInstanceId: 'i' }]
  await told(side, 'leaves by instance', 'leaveGroup', { groupId, members: byInstance })
}

async function offsets(side: Side): Promise<void> {
  const groupId = 'offsets'
  await makeTopic(side, 'offsets-of', 2)
  await ready(side, groupId)
  const committed = (name: string, partitionIndex = 0, committedMetadata: string | null = 'm') => ({
    name,
    partitions: [{ partitionIndex, committedOffset: 5, committedMetadata }],
  })
  const commit = (label: string, given: object = {}, version?: number) => {
    const request = {
      ...{ groupId, generationIdOrMemberEpoch: -1, memberId: '', ...given },
      topics: [committed('offsets-of')],
      ...given,
    }
    return told(side, `commit: ${label}`, 'offsetCommit', request, version)
  }
  await commit('from outside')
  await commit('unknown topic', { topics: [committed('nowhere'), committed('offsets-of')] })
  await commit('unknown partition', { topics: [committed('offsets-of', 9)] })
  await commit('metadata too long', { topics: [committed('offsets-of', 0, 'x'.repeat(5000))] })
  await commit('null metadata', { topics: [committed('offsets-of', 1, null)] })
  await commit('unknown member', { memberId: 'nobody', generationIdOrMemberEpoch: 3 })
  await commit('generation without member', { generationIdOrMemberEpoch: 3 })
  await commit('empty group', { groupId: '' })
  await commit('unknown group with generation', { groupId: 'x', generationIdOrMemberEpoch: 3 })
  await commit('old version', {}, 2)
  const memberId = await groupOf(side, groupId)
  await commit('by the member', { memberId, generationIdOrMemberEpoch: 1 })
  await commit('by another', { memberId: 'nobody', generationIdOrMemberEpoch: 1 })
  await commit('of an old generation', { memberId, generationIdOrMemberEpoch: 0 })
  await commit('from outside while there are members')
  await offsetReads(side, groupId)
  const deleted = (name: string, partitionIndex = 0) => ({ name, partitions: [{ partitionIndex }] })
  const remove = (label: string, of: string, ...topics: ReturnType<typeof deleted>[]) =>
    told(side, `delete: ${label}`, 'offsetDelete', { groupId: of, topics })
  await remove('some', groupId, deleted('offsets-of'), deleted('nowhere'), deleted('offsets-of', 8))
  await remove('unknown group', 'nowhere', deleted('offsets-of'))
  await remove('empty group', '', deleted('offsets-of'))
  await told(side, 'leaves', 'leaveGroup', { groupId, members: [{ memberId }] })
  await remove('of an empty group', groupId, deleted('offsets-of'))
  await told(side, 'after', 'offsetFetch', { groups: [{ groupId, topics: null }] })
}

async function offsetReads(side: Side, groupId: string): Promise<void> {
  const of = (name: string, ...partitionIndexes: number[]) => ({ name, partitionIndexes })
  const read = (label: string, group: object) =>
    told(side, `fetch: ${label}`, 'offsetFetch', { groups: [{ groupId, topics: null, ...group }] })
  await read('all', {})
  await read('some', { topics: [of('offsets-of', 0, 1, 7), of('nowhere', 0)] })
  await read('nothing', { topics: [] })
  await read('unknown group', { groupId: 'nowhere', topics: [of('offsets-of', 0)] })
  await read('empty group', { groupId: '' })
  await read('unknown member', { memberId: 'nobody', memberEpoch: 4 })
  const old = { groupId, groups: [], topics: [of('offsets-of', 0), of('nowhere', 3)] }
  await told(side, 'fetch: old version', 'offsetFetch', old, 1)
  await told(
    side,
    'fetch: all in version 7',
    'offsetFetch',
    { groupId, groups: [], topics: null },
    7,
  )
}

async function groupLists(side: Side): Promise<void> {
  await ready(side, 'listed')
  const memberId = await groupOf(side, 'listed')
  await groupOf(side, 'listed-of-connect', { protocolType: 'connect' })
  const list = async (
    label: string,
    statesFilter: string[],
    typesFilter: string[],
    version = 5,
  ) => {
    const answer = await side.ask('listGroups', { statesFilter, typesFilter }, { version })
    const groups = answer.groups
      .filter(({ groupId }) => groupId.startsWith('listed'))
      .sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
    await side.tell(label, { ...answer, groups })
  }
  await list('all', [], [])
  await list('stable', ['Stable'], [])
  await list('in small letters', ['stable'], ['CLASSIC'])
  await list('empty', ['Empty'], [])
  await list('unknown state', ['Nothing'], [])
  await list('consumer', [], ['consumer'])
  await list('classic', [], ['classic'])
  await list('unknown type', [], ['nothing'])
  await list('old version', [], [], 0)
  await side.ask('leaveGroup', { groupId: 'listed', members: [{ memberId }] })
  await list('empty then', ['Empty'], [])
}

async function coordinators(side: Side): Promise<void> {
  await ready(side, 'any')
  const find = (label: string, keyType: number, ...coordinatorKeys: string[]) =>
    told(side, label, 'findCoordinator', { keyType, coordinatorKeys })
  await find('groups', 0, 'a', 'b')
  await find('empty group', 0, '')
  await find('unknown type', 9, 'a')
  await find('nothing', 0)
  await told(side, 'old version', 'findCoordinator', { key: 'a', coordinatorKeys: [] }, 0)
  await told(side, 'empty in version 3', 'findCoordinator', { key: '', coordinatorKeys: [] }, 3)
}

async function consumerGroups(side: Side): Promise<void> {
  const groupId = 'consumer-group'
  const topicId = await makeTopic(side, 'consumed', 2)
  await ready(side, groupId)
  const first = {
    ...{ groupId, memberId: 'm', memberEpoch: 0, rebalanceTimeoutMs: 10_000 },
    ...{ subscribedTopicNames: ['consumed'], topicPartitions: [] },
  }
  // The coordinator of Apache Kafka learns of a topic some time after it was made.
  await asked(
    () => side.ask('consumerGroupHeartbeat', { ...first, groupId: 'consumer-group-before' }),
    ({ assignment }) => (assignment?.topicPartitions.length ?? 0) > 0,
  )
  type Beat = KafkaClientRequest<'consumerGroupHeartbeat'>
  const beat = (label: string, given: Partial<Beat>, version?: number) =>
    told(side, label, 'consumerGroupHeartbeat', { ...first, ...given } as Beat, version)
  await beat('empty group', { groupId: '' })
  await beat('blank group', { groupId: '  ' })
  await beat('empty member', { memberId: '' })
  await beat('no subscription', { subscribedTopicNames: null })
  await beat('no partitions', { topicPartitions: null })
  await beat('partitions in the first', { topicPartitions: [{ topicId, partitions: [0] }] })
  await beat('no rebalance timeout', { rebalanceTimeoutMs: -1 })
  await beat('epoch -3', { memberEpoch: -3 })
  await beat('epoch -2 without instance', { memberEpoch: -2 })
  await beat('unknown assignor', { serverAssignor: 'nothing' })
  await beat('empty assignor', { serverAssignor: '' })
  await beat('empty instance', { instanceId: '' })
  await beat('empty rack', { rackId: '' })
  await beat('bad pattern', { subscribedTopicRegex: '[' })
  await beat('unknown member', { memberEpoch: 4 })
  await beat('leave of nobody', { memberEpoch: -1 })
  await beat('first', {})
  const next = { subscribedTopicNames: null, topicPartitions: null, rebalanceTimeoutMs: -1 }
  await beat('next', { ...next, memberEpoch: 1 })
  await beat('old epoch', { ...next, memberEpoch: 0 })
  await beat('new epoch', { ...next, memberEpoch: 99 })
  await beat('another unknown', { ...next, memberId: 'n', memberEpoch: 1 })
  const described = { includeAuthorizedOperations: false, groupIds: [groupId, 'nowhere', ''] }
  await told(side, 'described', 'consumerGroupDescribe', described)
  const classic = { groups: [groupId], includeAuthorizedOperations: false }
  await told(side, 'described as classic', 'describeGroups', classic)
  await told(side, 'classic member', 'joinGroup', { ...joining, groupId, protocolType: 'other' })
  await told(side, 'classic heartbeat', 'heartbeat', { groupId, generationId: 1, memberId: 'm' })
  const commit = { groupId, memberId: 'm', topics: [] }
  const topics = [
    {
      name: 'consumed',
      partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }],
    },
  ]
  for (const epoch of [-1, 0, 1, 9]) {
    const request = { ...commit, topics, generationIdOrMemberEpoch: epoch }
    await told(side, `commit of epoch ${epoch}`, 'offsetCommit', request)
    await told(side, `fetch of epoch ${epoch}`, 'offsetFetch', {
      groups: [{ groupId, memberId: 'm', memberEpoch: epoch, topics: null }],
    })
  }
  const old = { ...commit, topics, generationIdOrMemberEpoch: 9 }
  await told(side, 'commit of an old version', 'offsetCommit', old, 8)
  await beat('unknown partitions', {
    ...next,
    memberEpoch: 1,
    topicPartitions: [{ topicId: SOME_ID, partitions: [1] }],
  })
  await beat('static joins', { memberId: 's', instanceId: 'i' })
  await beat('static again', { memberId: 't', instanceId: 'i' })
  await told(side, 'deleted with members', 'deleteGroups', { groupsNames: [groupId] })
  await beat('leaves', { ...next, memberEpoch: -1 })
  await beat('after', { ...next, memberEpoch: 1 })
}

export const groupScripts: Readonly<Record<string, Script>> = {
  joins,
  members,
  staticMembers,
  offsets,
  groupLists,
  coordinators,
  consumerGroups,
}
