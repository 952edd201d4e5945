import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import type { KafkaApiName, KafkaRequest, KafkaResponse } from '../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../wire/kafka/operation.ts'
import type { Authorizer, Topic } from '../parts.ts'
import { TIMEOUT_MS_MAX, TRANSACTIONAL_ID_BYTES_MAX } from './limits.ts'
import { transactionOperations } from './transaction-operations.ts'
import { createTransactions } from './transactions.ts'

const connection = {
  accountId: '000000000000',
  region: 'us-east-1',
  id: '1',
  principal: 'User:ANONYMOUS',
  clientAddress: '127.0.0.1',
  advertised: { host: '127.0.0.1', port: 9092 },
  signal: new AbortController().signal,
  log: silentLogger,
}

/** Partition 0 is open, partition 1 closed. */
function topicOf(name: string): Topic {
  return {
    name,
    id: '00000000-0000-0000-0000-000000000001',
    partitionCount: 2,
    stream: {} as Topic['stream'],
    partition: (partition) => (partition < 2 ? { topic: `log/${name}`, partition } : undefined),
    isOpen: (partition) => partition === 0,
  }
}

function createHouse(allows: Authorizer['allows'] = () => true) {
  const { clock, advance } = createVirtualClock()
  const pended: unknown[] = []
  const transactions = createTransactions({
    meta: createMemoryMeta(),
    batches: { endTransaction: async () => 'ended' },
    offsets: {
      async pend(_scope, claim, producer, offsets) {
        pended.push({ claim, producer, offsets })
        return claim.memberId === 'stranger' ? 'UNKNOWN_MEMBER_ID' : 'none'
      },
      settle: async () => undefined,
    },
    background: { run: async () => undefined },
    clock,
    log: silentLogger,
  })
  const clicks = topicOf('clicks')
  const operations = transactionOperations({
    transactions,
    topics: {
      find: async (_scope, name) => (name === 'clicks' ? clicks : undefined),
      findById: async () => undefined,
      list: async () => [clicks],
    },
    authorizer: { allows },
    clock,
  })
  const call = async <Name extends KafkaApiName>(
    name: Name,
    request: KafkaRequest<Name>,
    apiVersion = 9,
  ) => {
    const context: KafkaContext = { connection, apiVersion, clientId: null }
    const operation = operations.find((one) => one.name === name)
    return (await operation?.run(request, context)) as KafkaResponse<Name>
  }
  const init = async (
    changes: Partial<KafkaRequest<'initProducerId'>> = {},
    apiVersion?: number,
  ) => {
    const request = {
      transactionalId: 'orders',
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
      ...changes,
    }
    const { producerId = -1, ...answer } = await call('initProducerId', request, apiVersion)
    return { producerId, ...answer }
  }
  return { call, init, advance, pended }
}

type House = ReturnType<typeof createHouse>
const code = (name: KafkaErrorName) => kafkaErrorCode(name)

async function add(
  { call }: House,
  producer: { readonly producerId: number; readonly producerEpoch: number },
  topics: Record<string, number[]>,
  apiVersion?: number,
) {
  const { resultsByTopicV3AndBelow } = await call(
    'addPartitionsToTxn',
    {
      v3AndBelowTransactionalId: 'orders',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: Object.entries(topics).map(([name, partitions]) => ({ name, partitions })),
    },
    apiVersion,
  )
  return resultsByTopicV3AndBelow.flatMap(({ name, resultsByPartition }) =>
    resultsByPartition.map((one) => [name, one.partitionIndex, one.partitionErrorCode]),
  )
}

test('a timeout is more than nothing and at most a quarter of an hour', async () => {
  const { init } = createHouse()
  for (const transactionTimeoutMs of [1, TIMEOUT_MS_MAX]) {
    expect((await init({ transactionTimeoutMs })).errorCode).toBe(0)
  }
  for (const transactionTimeoutMs of [0, TIMEOUT_MS_MAX + 1]) {
    const { errorCode } = await init({ transactionTimeoutMs })
    expect(errorCode).toBe(code('INVALID_TRANSACTION_TIMEOUT'))
  }
})

test('a transactional id has a length', async () => {
  const { init } = createHouse()
  const longest = 'x'.repeat(TRANSACTIONAL_ID_BYTES_MAX)
  expect((await init({ transactionalId: longest })).errorCode).toBe(0)
  for (const transactionalId of ['', `${longest}x`]) {
    expect((await init({ transactionalId })).errorCode).toBe(code('INVALID_REQUEST'))
  }
})

test('producers without transactions get ids of their own each time', async () => {
  const { init } = createHouse()
  const first = await init({ transactionalId: null, transactionTimeoutMs: 0 })
  const second = await init({ transactionalId: null, producerId: 0, producerEpoch: 5 })
  expect([first.producerEpoch, second.producerEpoch]).toEqual([0, 0])
  expect(first.producerId).not.toBe(second.producerId)
})

test('an id without an epoch is no producer', async () => {
  const { init } = createHouse()
  expect((await init({ producerId: 5 })).errorCode).toBe(code('INVALID_REQUEST'))
  expect((await init({ producerEpoch: 5 })).errorCode).toBe(code('INVALID_REQUEST'))
})

test('clients are told that they are fenced in the words of their version', async () => {
  const house = createHouse()
  const old = await house.init()
  await house.init()
  const held = { producerId: old.producerId, producerEpoch: 0 }
  expect((await house.init(held, 4)).errorCode).toBe(code('PRODUCER_FENCED'))
  expect((await house.init(held, 3)).errorCode).toBe(code('INVALID_PRODUCER_EPOCH'))
  expect(await add(house, old, { clicks: [0] }, 2)).toEqual([
    ['clicks', 0, code('PRODUCER_FENCED')],
  ])
  expect(await add(house, old, { clicks: [0] }, 1)).toEqual([
    ['clicks', 0, code('INVALID_PRODUCER_EPOCH')],
  ])
})

test('partitions are added all together or not at all', async () => {
  const house = createHouse()
  const producer = await house.init()
  expect(await add(house, producer, { clicks: [0, 1], nothing: [0] })).toEqual([
    ['clicks', 0, code('OPERATION_NOT_ATTEMPTED')],
    ['clicks', 1, code('UNKNOWN_TOPIC_OR_PARTITION')],
    ['nothing', 0, code('UNKNOWN_TOPIC_OR_PARTITION')],
  ])
  const { transactionStates } = await house.call('describeTransactions', {
    transactionalIds: ['orders', 'unknown'],
  })
  expect(transactionStates).toMatchObject([
    { errorCode: 0, transactionState: 'Empty', topics: [] },
    { errorCode: code('TRANSACTIONAL_ID_NOT_FOUND'), transactionalId: 'unknown' },
  ])
  expect(await add(house, producer, { clicks: [0] })).toEqual([['clicks', 0, 0]])
  const again = await house.call('describeTransactions', { transactionalIds: ['orders'] })
  expect(again.transactionStates).toMatchObject([
    {
      transactionState: 'Ongoing',
      transactionTimeoutMs: 60_000,
      topics: [{ topic: 'clicks', partitions: [0] }],
    },
  ])
})

test('offsets are committed in the open transaction of the group', async () => {
  const house = createHouse()
  const { producerId, producerEpoch } = await house.init()
  const producer = { transactionalId: 'orders', producerId, producerEpoch, groupId: 'readers' }
  const commit = async (memberId: string, apiVersion = 4) => {
    const one = { committedOffset: 5, committedLeaderEpoch: -1, committedMetadata: null }
    const { topics } = await house.call(
      'txnOffsetCommit',
      {
        ...producer,
        generationId: 3,
        memberId,
        groupInstanceId: null,
        topics: [
          {
            name: 'clicks',
            partitions: [
              { partitionIndex: 0, ...one },
              { partitionIndex: 2, ...one },
            ],
          },
        ],
      },
      apiVersion,
    )
    return topics[0]?.partitions.map(({ errorCode }) => errorCode)
  }
  const unknown = code('UNKNOWN_TOPIC_OR_PARTITION')
  expect(await commit('me')).toEqual([code('TRANSACTION_ABORTABLE'), unknown])
  expect(await commit('me', 3)).toEqual([code('INVALID_TXN_STATE'), unknown])
  expect((await house.call('addOffsetsToTxn', producer)).errorCode).toBe(0)
  expect(await commit('me')).toEqual([0, unknown])
  expect(house.pended).toMatchObject([
    {
      claim: { groupId: 'readers', memberId: 'me', generationOrEpoch: 3 },
      producer: { producerId, producerEpoch },
      offsets: [{ topic: 'clicks', partition: 0, offset: 5 }],
    },
  ])
  expect(await commit('stranger')).toEqual([code('UNKNOWN_MEMBER_ID'), unknown])
  const end = { ...producer, committed: true }
  expect((await house.call('endTxn', end)).errorCode).toBe(0)
  expect((await house.call('endTxn', { ...end, committed: false })).errorCode).toBe(
    code('INVALID_TXN_STATE'),
  )
})

test('transactions are listed by state, producer and duration', async () => {
  const house = createHouse()
  const idle = await house.init({ transactionalId: 'idle' })
  const open = await house.init()
  await add(house, open, { clicks: [0] })
  await house.advance(5_000)
  const list = async (changes: Partial<KafkaRequest<'listTransactions'>>) => {
    const request = { stateFilters: [], producerIdFilters: [], durationFilter: -1, ...changes }
    const { transactionStates, unknownStateFilters } = await house.call('listTransactions', request)
    return [transactionStates.map((one) => one.transactionalId), unknownStateFilters]
  }
  expect(await list({})).toEqual([['idle', 'orders'], []])
  expect(await list({ stateFilters: ['Ongoing', 'Odd'] })).toEqual([['orders'], ['Odd']])
  expect(await list({ stateFilters: ['Dead'] })).toEqual([[], []])
  expect(await list({ producerIdFilters: [idle.producerId] })).toEqual([['idle'], []])
  expect(await list({ durationFilter: 4_999 })).toEqual([['orders'], []])
  expect(await list({ durationFilter: 5_000 })).toEqual([[], []])
})

test('what a client may not do is refused by what it lacks', async () => {
  const denied = (type: string) => createHouse((_connection, _operation, one) => one.type !== type)
  const withoutId = denied('transactional-id')
  const noId = code('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  expect((await withoutId.init()).errorCode).toBe(noId)
  const one = { transactionalId: 'orders', producerId: 0, producerEpoch: 0 }
  expect((await withoutId.call('endTxn', { ...one, committed: true })).errorCode).toBe(noId)
  const described = await withoutId.call('describeTransactions', { transactionalIds: ['orders'] })
  expect(described.transactionStates).toMatchObject([{ errorCode: noId }])

  const withoutTopic = denied('topic')
  const producer = await withoutTopic.init()
  expect(await add(withoutTopic, producer, { clicks: [0] })).toEqual([
    ['clicks', 0, code('TOPIC_AUTHORIZATION_FAILED')],
  ])
  const withoutGroup = denied('group')
  await withoutGroup.init()
  const offsets = { ...one, groupId: 'readers' }
  expect((await withoutGroup.call('addOffsetsToTxn', offsets)).errorCode).toBe(
    code('GROUP_AUTHORIZATION_FAILED'),
  )
})

test('idempotent producers need leave of the cluster', async () => {
  const notCluster = createHouse((_connection, operation) => operation !== 'idempotent-write')
  expect((await notCluster.init({ transactionalId: null })).errorCode).toBe(
    code('CLUSTER_AUTHORIZATION_FAILED'),
  )
})
