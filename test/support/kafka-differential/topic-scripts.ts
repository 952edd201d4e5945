import type { KafkaClientRequest } from '../../../src/wire/kafka/apis.ts'
import type { Script, Side } from './side.ts'
import { asked, makeTopic, NO_ID, SOME_ID, told, topicToMake } from './side.ts'

async function metadata(side: Side): Promise<void> {
  const id = await makeTopic(side, 'met', 2)
  const of = (name: string | null, topicId = NO_ID) => ({ name, topicId })
  type Asked = KafkaClientRequest<'metadata'>
  const ask = (label: string, topics: Asked['topics'], given: Partial<Asked> = {}, version = 13) =>
    told(
      side,
      label,
      'metadata',
      { topics, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false, ...given },
      version,
    )
  await ask('known', [of('met')])
  await ask('with operations', [of('met')], { includeTopicAuthorizedOperations: true })
  await ask('unknown', [of('nowhere')])
  await ask('none', [])
  await ask('invalid', [of('no/where')])
  await ask('empty', [of('')])
  await ask('dots', [of('..')])
  await ask('invalid, may be made', [of('no/where')], { allowAutoTopicCreation: true })
  await ask('twice', [of('met'), of('met')])
  await ask('by id', [of(null, id)])
  await ask('by unknown id', [of(null, SOME_ID)])
  await ask('by both', [of('met', id)])
  await ask('by neither', [of(null)])
  await ask('some', [of('met'), of('nowhere')])
  await ask('version 0', [of('met')], {}, 0)
  await ask('version 8', [of('met')], { includeClusterAuthorizedOperations: true }, 8)
  await ask('version 11 by id', [of(null, id)], {}, 11)
  await ask('made', [of('met-made')], { allowAutoTopicCreation: true })
  const made = await asked(
    () =>
      side.ask('metadata', { topics: [of('met-made')], includeTopicAuthorizedOperations: false }),
    ({ topics }) => topics[0]?.errorCode === 0,
  )
  await side.tell('then', made)
}

async function describedPartitions(side: Side): Promise<void> {
  await makeTopic(side, 'dtp-a', 3)
  await makeTopic(side, 'dtp-b', 1)
  const ask = (label: string, names: string[], given: object = {}) =>
    told(side, label, 'describeTopicPartitions', {
      topics: names.map((name) => ({ name })),
      ...given,
    })
  await ask('both', ['dtp-b', 'dtp-a'])
  await ask('unknown', ['nowhere'])
  await ask('invalid', ['no/where'])
  await ask('two of them', ['dtp-b', 'dtp-a'], { responsePartitionLimit: 2 })
  await ask('none of them', ['dtp-a'], { responsePartitionLimit: 0 })
  const cursor = { topicName: 'dtp-a', partitionIndex: 2 }
  await ask('from a cursor', ['dtp-a', 'dtp-b'], { cursor })
  await ask('behind', ['dtp-a'], { cursor: { topicName: 'dtp-z', partitionIndex: 0 } })
  await ask('negative cursor', ['dtp-a'], { cursor: { topicName: 'dtp-a', partitionIndex: -1 } })
}

async function makesTopics(side: Side): Promise<void> {
  const topic = topicToMake
  type Topic = ReturnType<typeof topicToMake>
  const make = (label: string, topics: Topic[], validateOnly = false, version = 7) =>
    told(side, label, 'createTopics', { topics, validateOnly, timeoutMs: 10_000 }, version)
  const errorsOf = async (label: string, topics: Topic[], validateOnly = false) => {
    const answer = await side.ask('createTopics', { topics, validateOnly, timeoutMs: 10_000 })
    await side.tell(
      label,
      answer.topics.map(({ configs: _, ...rest }) => rest),
    )
  }
  await errorsOf('validated', [topic('mk')], true)
  await errorsOf('made', [topic('mk', 2)])
  await errorsOf('again', [topic('mk')])
  await errorsOf('again, validated', [topic('mk')], true)
  await errorsOf('defaults', [topic('mk-defaults', -1, {}, -1)])
  await make('old version', [topic('mk-old')], false, 2)
  await make('twice', [topic('mk-twice'), topic('mk-twice')])
  await make('invalid name', [topic('no/where')])
  await make('empty name', [topic('')])
  await make('dots', [topic('.'), topic('..')])
  await make('long name', [topic('x'.repeat(250))])
  await make('no partitions', [topic('mk-0', 0)])
  await make('negative partitions', [topic('mk-0', -2)])
  await make('no replicas', [topic('mk-0', 1, {}, 0)])
  await make('many replicas', [topic('mk-0', 1, {}, 3)])
  await make('unknown config', [topic('mk-0', 1, { nothing: '1' })])
  await make('bad config', [topic('mk-0', 1, { 'retention.ms': 'x' })])
  await make('config too small', [topic('mk-0', 1, { 'max.message.bytes': '-1' })])
  await make('bad policy', [topic('mk-0', 1, { 'cleanup.policy': 'nothing' })])
  await make('null config', [topic('mk-0', 1, { 'retention.ms': null })])
  const to = (...brokerIds: number[][]) =>
    brokerIds.map((ids, partitionIndex) => ({ partitionIndex, brokerIds: ids }))
  const assigned = (assignments: Topic['assignments'], count = -1, factor = -1) => [
    { ...topic('mk-assigned', count, {}, factor), assignments },
  ]
  await make('assigned to an unknown broker', assigned(to([55])))
  await make('assigned and counted', assigned(to([55]), 1, 1))
  await make('assigned to nobody', assigned(to([])))
  await make('assigned with a gap', assigned([{ partitionIndex: 1, brokerIds: [55] }]))
  await errorsOf('an underscore', [topic('mk_a')])
  await make('collides', [topic('mk.a')])
  await make('nothing', [])
  await errorsOf('some', [topic('mk-some'), topic('mk'), topic('no/where')])
}

async function growsTopics(side: Side): Promise<void> {
  await makeTopic(side, 'grow', 2)
  const grow = (label: string, name: string, count: number, given: object = {}) => {
    const { validateOnly = false, assignments = null } = given as {
      validateOnly?: boolean
      assignments?: { brokerIds: number[] }[]
    }
    const topics = [{ name, count, assignments }]
    return told(side, label, 'createPartitions', { topics, timeoutMs: 10_000, validateOnly })
  }
  await grow('validated', 'grow', 4, { validateOnly: true })
  await grow('the same', 'grow', 2)
  await grow('fewer', 'grow', 1)
  await grow('none', 'grow', 0)
  await grow('negative', 'grow', -1)
  await grow('unknown', 'nowhere', 2)
  await grow('invalid', 'no/where', 2)
  await grow('assigned wrongly', 'grow', 3, { assignments: [{ brokerIds: [66] }] })
  await grow('too few assigned', 'grow', 4, { assignments: [{ brokerIds: [1] }] })
  await grow('more', 'grow', 3)
  const twice = { name: 'grow', count: 5, assignments: null }
  await told(side, 'twice', 'createPartitions', {
    ...{ topics: [twice, twice], timeoutMs: 10_000, validateOnly: false },
  })
}

async function deletesTopics(side: Side): Promise<void> {
  const id = await makeTopic(side, 'del-a')
  await makeTopic(side, 'del-b')
  const other = await makeTopic(side, 'del-c')
  const of = (name: string | null, topicId = NO_ID) => ({ name, topicId })
  const remove = (label: string, ...topics: ReturnType<typeof of>[]) =>
    told(side, label, 'deleteTopics', { topics, timeoutMs: 10_000 })
  await remove('unknown', of('nowhere'))
  await remove('unknown id', of(null, SOME_ID))
  await remove('both', of('del-a', id))
  await remove('neither', of(null))
  await remove('invalid', of('no/where'))
  await remove('twice', of('del-a'), of('del-a'))
  await remove('by name and id', of('del-c'), of(null, other))
  await remove('by id', of(null, id))
  await remove('again', of(null, id))
  const names = { topics: [], topicNames: ['del-b', 'nowhere'], timeoutMs: 10_000 }
  await told(side, 'old version', 'deleteTopics', names, 5)
  await remove('nothing')
}

async function others(side: Side): Promise<void> {
  await makeTopic(side, 'oth', 2)
  await told(side, 'elections', 'electLeaders', {
    electionType: 0,
    topicPartitions: [
      { topic: 'oth', partitions: [0, 7] },
      { topic: 'nowhere', partitions: [0] },
    ],
  })
  await told(side, 'unclean', 'electLeaders', {
    electionType: 1,
    topicPartitions: [{ topic: 'oth', partitions: [0] }],
  })
  const partitions = [
    { partitionIndex: 0, replicas: null },
    { partitionIndex: 1, replicas: [77] },
    { partitionIndex: 9, replicas: null },
  ]
  await told(side, 'moves', 'alterPartitionReassignments', {
    topics: [
      { name: 'oth', partitions },
      { name: 'nowhere', partitions },
    ],
  })
  await told(side, 'moving', 'listPartitionReassignments', {})
  await told(side, 'moving of one', 'listPartitionReassignments', {
    topics: [
      { name: 'oth', partitionIndexes: [0] },
      { name: 'nowhere', partitionIndexes: [0] },
    ],
  })
  const cluster = { includeClusterAuthorizedOperations: false, includeFencedBrokers: false }
  await told(side, 'cluster', 'describeCluster', cluster)
  const allowed = { ...cluster, includeClusterAuthorizedOperations: true }
  await told(side, 'cluster with operations', 'describeCluster', allowed)
  await told(side, 'controllers', 'describeCluster', { ...cluster, endpointType: 2 })
  await told(side, 'endpoints of nobody', 'describeCluster', { ...cluster, endpointType: 9 })
  const logs = [
    { topic: 'oth', partitions: [0, 9] },
    { topic: 'nowhere', partitions: [0] },
  ]
  await told(side, 'log directories', 'describeLogDirs', { topics: logs })
  await told(side, 'log directories of nothing', 'describeLogDirs', { topics: [] })
}

export const topicScripts: Readonly<Record<string, Script>> = {
  metadata,
  describedPartitions,
  makesTopics,
  growsTopics,
  deletesTopics,
  others,
}
