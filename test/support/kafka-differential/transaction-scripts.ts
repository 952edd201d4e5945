import type { Script, Side } from './side.ts'
import { asked, batch, fetch, from, makeTopic, produce, told } from './side.ts'

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

async function init(side: Side, transactionalId: string, given: object = {}) {
  return asked(
    () => side.ask('initProducerId', { transactionalId, transactionTimeoutMs: 60_000, ...given }),
    ({ errorCode }) => ![14, 15, 16, 51].includes(errorCode),
  )
}

const adding = (transactionalId: string, by: Producer, name: string, partitions = [0]) => ({
  v3AndBelowTransactionalId: transactionalId,
  v3AndBelowProducerId: by.producerId,
  v3AndBelowProducerEpoch: by.producerEpoch,
  v3AndBelowTopics: [{ name, partitions }],
})

const ending = (transactionalId: string, by: Producer, committed: boolean) => ({
  ...{ transactionalId, committed },
  ...{ producerId: by.producerId, producerEpoch: by.producerEpoch },
})

async function addedAgain(side: Side, id: string, by: Producer, name: string) {
  return asked(
    () => side.ask('addPartitionsToTxn', adding(id, by, name)),
    (answer) =>
      answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode !== 51,
  )
}

async function producerIds(side: Side): Promise<void> {
  await init(side, 'warm')
  const ask = (
    label: string,
    transactionalId: string | null,
    given: object = {},
    version?: number,
  ) =>
    told(
      side,
      label,
      'initProducerId',
      { transactionalId, transactionTimeoutMs: 60_000, ...given },
      version,
    )
  await ask('idempotent', null)
  await ask('idempotent, no timeout', null, { transactionTimeoutMs: 0 })
  await ask('idempotent with id', null, { producerId: 5, producerEpoch: 1 })
  await ask('empty id', '')
  await ask('new', 'ids')
  await ask('again', 'ids')
  await ask('timeout 0', 'ids-0', { transactionTimeoutMs: 0 })
  await ask('timeout -1', 'ids-0', { transactionTimeoutMs: -1 })
  await ask('timeout too long', 'ids-0', { transactionTimeoutMs: 900_001 })
  await ask('longest timeout', 'ids-0', { transactionTimeoutMs: 900_000 })
  await ask('id without epoch', 'ids', { producerId: 5 })
  await ask('epoch without id', 'ids', { producerEpoch: 5 })
  await ask('old version', 'ids-old', {}, 0)
  const now = await init(side, 'ids')
  await side.tell('now', now)
  const { producerId, producerEpoch } = now
  await ask('with its id and epoch', 'ids', { producerId, producerEpoch })
  await ask('with the epoch before', 'ids', { producerId, producerEpoch })
  await ask('with an older epoch', 'ids', { producerId, producerEpoch: 0 })
  await ask('with a newer epoch', 'ids', { producerId, producerEpoch: 90 })
  await ask('with another id', 'ids', { producerId: producerId + 7777, producerEpoch: 0 })
  await ask('unknown with id', 'ids-new', { producerId, producerEpoch: 3 })
}

async function states(side: Side): Promise<void> {
  const id = 'states'
  await makeTopic(side, id)
  const nobody = { producerId: 4_000_000, producerEpoch: 0 }
  const own = await init(side, id)
  const older = { ...own, producerEpoch: own.producerEpoch - 1 }
  const newer = { ...own, producerEpoch: own.producerEpoch + 1 }
  const all = { own, older, newer, nobody }
  for (const [label, by] of Object.entries(all)) {
    await told(side, `end of nothing: ${label}`, 'endTxn', ending(id, by, true))
    await told(side, `end of an unknown id: ${label}`, 'endTxn', ending('nowhere', by, true))
  }
  await told(side, 'end of an empty id', 'endTxn', ending('', own, true))
  for (const [label, by] of Object.entries({ older, newer, nobody, own })) {
    await told(side, `add: ${label}`, 'addPartitionsToTxn', adding(id, by, id))
    const offsets = { transactionalId: id, ...by, groupId: 'states-group' }
    await told(side, `add offsets: ${label}`, 'addOffsetsToTxn', {
      ...{ transactionalId: id, groupId: offsets.groupId },
      ...{ producerId: by.producerId, producerEpoch: by.producerEpoch },
    })
  }
  await told(side, 'add of an unknown id', 'addPartitionsToTxn', adding('nowhere', own, id))
  await told(side, 'add of an empty id', 'addPartitionsToTxn', adding('', own, id))
  await told(side, 'add an unknown topic', 'addPartitionsToTxn', adding(id, own, 'nowhere'))
  await told(side, 'add some unknown', 'addPartitionsToTxn', adding(id, own, id, [0, 9]))
  await told(side, 'add nothing', 'addPartitionsToTxn', {
    ...adding(id, own, id),
    v3AndBelowTopics: [],
  })
  const described = { transactionalIds: [id, 'nowhere', ''] }
  await told(side, 'described', 'describeTransactions', described)
  for (const [label, by] of Object.entries({ older, newer, nobody })) {
    await told(side, `end: ${label}`, 'endTxn', ending(id, by, true))
  }
  await told(side, 'aborted', 'endTxn', ending(id, own, false))
  const settled = await asked(
    () => side.ask('describeTransactions', described),
    (answer) => answer.transactionStates[0]?.transactionState === 'CompleteAbort',
  )
  await side.tell('described after', settled)
  await told(side, 'aborted again', 'endTxn', ending(id, own, false))
  await told(side, 'committed then', 'endTxn', ending(id, own, true))
}

async function data(side: Side): Promise<void> {
  const name = 'transaction-data'
  const topicId = await makeTopic(side, name)
  const own = await init(side, name)
  const write = (sequence: number, by: Producer = own, isTransactional = true) => {
    const producer = [by.producerId, by.producerEpoch, sequence] as const
    const records = batch(side, ['x'], { producer, isTransactional })
    return produce(side, name, records, { transactionalId: name, version: 11 })
  }
  await addedAgain(side, name, own, name)
  await side.tell('write', write(0))
  await side.tell('not marked', write(1, own, false))
  await side.tell('sequence gap', write(5))
  await side.tell('read uncommitted', fetch(side, [from(topicId, 0)]))
  await side.tell('read committed', fetch(side, [from(topicId, 0)], { isolationLevel: 1 }))
  const offsets = {
    replicaId: -1,
    timeoutMs: 1000,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  }
  await told(side, 'end', 'listOffsets', { ...offsets, isolationLevel: 0 })
  await told(side, 'committed end', 'listOffsets', { ...offsets, isolationLevel: 1 })
  await told(side, 'producers', 'describeProducers', { topics: [{ name, partitionIndexes: [0] }] })
  await told(side, 'aborted', 'endTxn', ending(name, own, false))
  await asked(
    () => fetch(side, [from(topicId, 0)], { isolationLevel: 1 }),
    (answer) => answer.responses[0]?.partitions[0]?.lastStableOffset !== 0,
  )
  await side.tell('after the abort', fetch(side, [from(topicId, 0)], { isolationLevel: 1 }))
  await side.tell('from the marker', fetch(side, [from(topicId, 1)], { isolationLevel: 1 }))
  await side.tell('late write', write(1))
  await addedAgain(side, name, own, name)
  await side.tell('second write', write(1))
  const fenced = await init(side, name)
  await side.tell('fenced by', { ...fenced, newer: fenced.producerEpoch > own.producerEpoch })
  await side.tell('write of the fenced', write(2))
  await told(side, 'add of the fenced', 'addPartitionsToTxn', adding(name, own, name))
  await told(side, 'end of the fenced', 'endTxn', ending(name, own, true))
  await addedAgain(side, name, fenced, name)
  await side.tell('new write', write(0, fenced))
  await told(side, 'committed', 'endTxn', ending(name, fenced, true))
  await asked(
    () => fetch(side, [from(topicId, 0)], { isolationLevel: 1 }),
    ({ responses }) => responses[0]?.partitions[0]?.lastStableOffset === 6,
  )
  await side.tell('all', fetch(side, [from(topicId, 0)], { isolationLevel: 1 }))
  await told(side, 'producers then', 'describeProducers', {
    topics: [{ name, partitionIndexes: [0] }],
  })
}

async function offsetsInTransactions(side: Side): Promise<void> {
  const name = 'transaction-offsets'
  await makeTopic(side, name)
  const own = await init(side, name)
  const commit = (label: string, given: object = {}) =>
    told(side, label, 'txnOffsetCommit', {
      ...{ transactionalId: name, groupId: name },
      ...{ producerId: own.producerId, producerEpoch: own.producerEpoch },
      topics: [
        { name, partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }] },
      ],
      ...given,
    })
  const { producerId, producerEpoch } = own
  const added = { transactionalId: name, producerId, producerEpoch, groupId: name }
  await told(side, 'added', 'addOffsetsToTxn', added)
  await told(side, 'empty group', 'addOffsetsToTxn', { ...added, groupId: '' })
  await asked(
    () => side.ask('heartbeat', { groupId: name, generationId: 0, memberId: 'x' }),
    ({ errorCode }) => errorCode === 25,
  )
  await commit('committed')
  await commit('older epoch', { producerEpoch: producerEpoch - 1 })
  await commit('unknown member', { memberId: 'nobody', generationId: 1 })
  await commit('generation without member', { generationId: 1 })
  await commit('empty group in commit', { groupId: '' })
  await commit('unknown topic', {
    topics: [
      {
        name: 'nowhere',
        partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }],
      },
    ],
  })
  const partitions = [{ name, partitionIndexes: [0] }]
  const groups = [{ groupId: name, topics: partitions }]
  await told(side, 'pending', 'offsetFetch', { groups })
  await told(side, 'pending, stable is asked', 'offsetFetch', { groups, requireStable: true })
  await told(side, 'deleted while pending', 'deleteGroups', { groupsNames: [name] })
  await told(side, 'end', 'endTxn', ending(name, own, true))
  const fetched = await asked(
    () => side.ask('offsetFetch', { groups, requireStable: true }),
    (answer) => answer.groups[0]?.topics[0]?.partitions[0]?.errorCode === 0,
  )
  await side.tell('then', fetched)
}

async function transactionLists(side: Side): Promise<void> {
  await makeTopic(side, 'listed-transaction')
  const own = await init(side, 'listed-transaction')
  await addedAgain(side, 'listed-transaction', own, 'listed-transaction')
  const list = async (label: string, given: object = {}, version = 1) => {
    const all = { stateFilters: [], producerIdFilters: [], durationFilter: -1, ...given }
    const answer = await side.ask('listTransactions', all, { version })
    const transactionStates = answer.transactionStates.filter(({ transactionalId }) =>
      transactionalId.startsWith('listed'),
    )
    await side.tell(label, { ...answer, transactionStates })
  }
  await list('all')
  await list('ongoing', { stateFilters: ['Ongoing'] })
  await list('empty', { stateFilters: ['Empty'] })
  await list('unknown state', { stateFilters: ['Nothing', 'Ongoing'] })
  await list('only unknown states', { stateFilters: ['Nothing'] })
  await list('small letters', { stateFilters: ['ongoing'] })
  await list('by producer', { producerIdFilters: [own.producerId] })
  await list('by another', { producerIdFilters: [own.producerId + 5555] })
  await list('long ones', { durationFilter: 100_000 })
  await list('old version', {}, 0)
}

export const transactionScripts: Readonly<Record<string, Script>> = {
  producerIds,
  states,
  data,
  offsetsInTransactions,
  transactionLists,
}
