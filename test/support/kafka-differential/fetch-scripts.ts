import type { KafkaClientResponse } from '../../../src/wire/kafka/apis.ts'
import type { Script, Side } from './side.ts'
import { batch, fetch, from, makeTopic, produce, SOME_ID, told } from './side.ts'

async function reads(side: Side): Promise<void> {
  const id = await makeTopic(side, 'reads')
  for (const value of ['a', 'b', 'c']) await produce(side, 'reads', batch(side, [value, value]))
  const cases: Record<string, Parameters<typeof fetch>> = {
    all: [side, [from(id, 0)]],
    middle: [side, [from(id, 3)]],
    end: [side, [from(id, 6)]],
    'past the end': [side, [from(id, 7)]],
    'before the start': [side, [from(id, -1)]],
    'unknown partition': [side, [from(id, 0, { partition: 4 })]],
    'unknown id': [side, [from(SOME_ID, 0)]],
    'by name': [side, [{ ...from(id, 0), topic: 'reads' }], { version: 12 }],
    'unknown name': [side, [{ ...from(id, 0), topic: 'nowhere' }], { version: 12 }],
    'in an old version': [side, [{ ...from(id, 0), topic: 'reads' }], { version: 4 }],
    'few bytes': [side, [from(id, 0, { partitionMaxBytes: 1 })]],
    'one byte more than a batch': [side, [from(id, 0, { partitionMaxBytes: 90 })]],
    'few bytes in all': [side, [from(id, 0)], { maxBytes: 1 }],
    'no bytes': [side, [from(id, 0)], { maxBytes: 0 }],
    'newer leader': [side, [from(id, 0, { currentLeaderEpoch: 9 })]],
    'this leader': [side, [from(id, 0, { currentLeaderEpoch: 0 })]],
    'diverged epoch': [side, [from(id, 0, { lastFetchedEpoch: 3 })]],
    'behind the end of an epoch': [side, [from(id, 9, { lastFetchedEpoch: 0 })]],
    'same epoch': [side, [from(id, 0, { currentLeaderEpoch: 0, lastFetchedEpoch: 0 })]],
    nothing: [side, []],
    'read committed': [side, [from(id, 0)], { isolationLevel: 1 }],
    'isolation level of nobody': [side, [from(id, 0)], { isolationLevel: 7 }],
    'as a follower': [side, [from(id, 0)], { replicaState: { replicaId: 77, replicaEpoch: 1 } }],
  }
  for (const [label, given] of Object.entries(cases)) await side.tell(label, fetch(...given))
}

async function sessions(side: Side): Promise<void> {
  const id = await makeTopic(side, 'sessions')
  await produce(side, 'sessions', batch(side, ['a']))
  const some = (answer: KafkaClientResponse<'fetch'>) => ({
    ...answer,
    sessionId: Math.sign(answer.sessionId),
  })
  const step = async (
    label: string,
    sessionId: number,
    sessionEpoch: number,
    topics: Parameters<typeof fetch>[1],
    given: Parameters<typeof fetch>[2] = {},
  ) => {
    const answer = await fetch(side, topics, { sessionId, sessionEpoch, ...given })
    await side.tell(label, some(answer))
    return answer.sessionId
  }
  await step('no session', 0, -1, [from(id, 0)])
  const session = await step('new', 0, 0, [from(id, 0)])
  await step('the same again', session, 1, [from(id, 1)])
  await step('nothing new', session, 2, [])
  await produce(side, 'sessions', batch(side, ['b']))
  await step('something new', session, 3, [])
  await step('wrong epoch', session, 9, [])
  await step('old epoch', session, 1, [])
  await step('right epoch', session, 4, [])
  const forgottenTopicsData = [{ topic: '', topicId: id, partitions: [0] }]
  await step('forgotten', session, 5, [], { forgottenTopicsData })
  await step('then', session, 6, [])
  await step('unknown topic joins', session, 7, [from(SOME_ID, 0)])
  await step('unknown topic is asked again', session, 8, [])
  await step('no such session', 123_456, 1, [])
  await step('no such session, final', 123_456, -1, [from(id, 0)])
  await step('closed', session, -1, [])
  await step('after the close', session, 9, [])
  await step('epoch without session', 0, 5, [])
  await step('new but empty', 0, 0, [])
  const other = await step('new with unknown', 0, 0, [from(SOME_ID, 0), from(id, 0)])
  await step('by epoch 0 again', other, 0, [from(id, 0)])
}

async function waits(side: Side): Promise<void> {
  const id = await makeTopic(side, 'waits')
  await produce(side, 'waits', batch(side, ['a']))
  const timed = async (label: string, offset: number, minBytes: number, maxWaitMs: number) => {
    const startedMs = performance.now()
    const answer = await fetch(side, [from(id, offset)], { minBytes, maxWaitMs })
    const tookMs = performance.now() - startedMs
    const took = tookMs < maxWaitMs * 0.6 ? 'at once' : 'waited'
    await side.tell(label, { answer, took })
  }
  await timed('there is enough', 0, 1, 2000)
  await timed('there is not enough', 0, 10_000, 400)
  await timed('there is nothing', 1, 1, 400)
  await timed('nothing is enough', 1, 0, 2000)
  await timed('an error does not wait', 5, 1, 2000)
  const peer = await side.connect()
  const waiting = fetch({ ask: peer.ask }, [from(id, 1)], { minBytes: 1, maxWaitMs: 5000 })
  await produce(side, 'waits', batch(side, ['b']))
  // How far the end is told of depends on the moment.
  const { responses } = await waiting
  await side.tell('what comes meanwhile', { records: responses[0]?.partitions[0]?.records })
}

async function listOffsets(side: Side): Promise<void> {
  const name = 'list-offsets'
  await makeTopic(side, name)
  const at = (timestamp: number, given: object = {}, version?: number) =>
    [
      {
        ...{ replicaId: -1, isolationLevel: 0, timeoutMs: 1000 },
        topics: [{ name, partitions: [{ partitionIndex: 0, timestamp, ...given }] }],
      },
      version,
    ] as const
  for (const special of [-1, -2, -3, -4, -5, -6, -7]) {
    await told(side, `${special} of nothing`, 'listOffsets', ...at(special))
  }
  const steps = [0, 2000, 1000]
  for (const step of steps) {
    await produce(side, name, batch(side, ['a', 'b'], { atMs: side.nowMs + step }))
  }
  for (const special of [-1, -2, -3, -4, -5, -6, -7]) {
    const answer = await side.ask('listOffsets', at(special)[0])
    await side.tell(`${special}`, fromNow(side, answer))
  }
  for (const step of [-5, 0, 1, 2, 1000, 1500, 2001, 2002, 99_999]) {
    const answer = await side.ask('listOffsets', at(side.nowMs + step)[0])
    await side.tell(`at ${step}`, fromNow(side, answer))
  }
  await told(side, 'no partition', 'listOffsets', ...at(-1, { partitionIndex: 3 }))
  await told(side, 'newer leader', 'listOffsets', ...at(-1, { currentLeaderEpoch: 5 }))
  await told(side, 'this leader', 'listOffsets', ...at(-1, { currentLeaderEpoch: 0 }))
  await told(side, 'in version 1', 'listOffsets', ...at(-1, {}, 1))
  await told(side, 'greatest in version 6', 'listOffsets', ...at(-3, {}, 6))
  await told(side, 'local in version 7', 'listOffsets', ...at(-4, {}, 7))
  await told(side, 'tiered in version 8', 'listOffsets', ...at(-5, {}, 8))
  const twice = at(-1)[0]
  await told(side, 'twice', 'listOffsets', { ...twice, topics: [...twice.topics, ...twice.topics] })
  const unknown = [{ name: 'nowhere', partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
  await told(side, 'no topic', 'listOffsets', { ...twice, topics: unknown })
  await told(side, 'nobody', 'listOffsets', { ...twice, topics: [] })
  await told(side, 'as a follower', 'listOffsets', { ...twice, replicaId: 77 })
}

/** With times as distances from the start, where there are any. */
function fromNow(side: Side, answer: KafkaClientResponse<'listOffsets'>) {
  return answer.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      timestamp: partition.timestamp < 0 ? partition.timestamp : partition.timestamp - side.nowMs,
    })),
  }))
}

async function deletedRecords(side: Side): Promise<void> {
  const name = 'deleted-records'
  const id = await makeTopic(side, name)
  for (const value of ['a', 'b', 'c']) await produce(side, name, batch(side, [value, value]))
  const upTo = (label: string, offset: number, partitionIndex = 0, topic = name) =>
    told(side, label, 'deleteRecords', {
      topics: [{ name: topic, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 5000,
    })
  await upTo('into a batch', 3)
  await upTo('back', 1)
  await upTo('past the end', 7)
  await upTo('negative', -2)
  await upTo('no partition', 1, 6)
  await upTo('no topic', 1, 0, 'nowhere')
  await side.tell('before the start', fetch(side, [from(id, 2)]))
  await side.tell('from the start', fetch(side, [from(id, 3)]))
  const list = (timestamp: number) => ({
    ...{ replicaId: -1, isolationLevel: 0, timeoutMs: 1000 },
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
  })
  await told(side, 'earliest', 'listOffsets', list(-2))
  await told(side, 'earliest by time', 'listOffsets', list(side.nowMs))
  await upTo('all', -1)
  await told(side, 'earliest of nothing', 'listOffsets', list(-2))
  await told(side, 'time of nothing', 'listOffsets', list(side.nowMs))
  await told(side, 'greatest of nothing', 'listOffsets', list(-3))
  await makeTopic(side, 'deleted-compacted', 1, { 'cleanup.policy': 'compact' })
  await upTo('compacted', -1, 0, 'deleted-compacted')
}

async function leaderEpochs(side: Side): Promise<void> {
  const name = 'leader-epochs'
  await makeTopic(side, name)
  const ask = (label: string, leaderEpoch: number, given: object = {}, topic = name) =>
    told(side, label, 'offsetForLeaderEpoch', {
      replicaId: -1,
      topics: [{ topic, partitions: [{ partition: 0, leaderEpoch, ...given }] }],
    })
  await ask('of nothing', 0)
  await produce(side, name, batch(side, ['a', 'b']))
  for (const epoch of [-1, 0, 1, 7]) await ask(`epoch ${epoch}`, epoch)
  await ask('newer leader', 0, { currentLeaderEpoch: 4 })
  await ask('this leader', 0, { currentLeaderEpoch: 0 })
  await ask('no partition', 0, { partition: 4 })
  await ask('no topic', 0, {}, 'nowhere')
}

export const fetchScripts: Readonly<Record<string, Script>> = {
  reads,
  sessions,
  waits,
  listOffsets,
  deletedRecords,
  leaderEpochs,
}
