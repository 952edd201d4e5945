import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { PartitionId, TransactionEnd } from '../../../engines/log/port.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createKnownTransactions } from './known-transactions.ts'
import { ENDED_KEPT_MAX, ID_LIFE_MS, OPEN_MAX, PRODUCER_ID_BLOCK } from './limits.ts'
import { createProducerIds } from './producer-ids.ts'
import type { Producer } from './transaction.ts'
import { createTransactions } from './transactions.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const TIMEOUT_MS = 60_000
const partition = (number: number) => ({
  topic: 'clicks',
  id: { topic: 'log/clicks', partition: number },
})

/** A coordinator over stores that outlive it. */
function createHouse() {
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const markers: Array<PartitionId & TransactionEnd> = []
  const settled: Array<readonly [string, boolean]> = []
  const failing = new Map<number, EngineError>()

  function start() {
    const stop = new AbortController()
    const transactions = createTransactions({
      meta,
      batches: {
        async endTransaction(id, end) {
          const failure = failing.get(id.partition)
          if (failure) throw failure
          markers.push({ ...id, ...end })
          return 'ended'
        },
      },
      offsets: {
        pend: async () => 'none',
        async settle(_scope, groupId, _producerId, commit) {
          settled.push([groupId, commit])
        },
      },
      background: createBackground({
        leases: {
          acquire: async (_name, signal) => ({ signal, fence: 1, release: async () => undefined }),
        },
        clock,
        random: createSeededRandom(1),
        log: silentLogger,
        metrics: silentMetrics,
      }),
      clock,
      log: silentLogger,
    })
    const running = transactions.run(stop.signal)
    return {
      ...transactions,
      async stop() {
        stop.abort()
        await running
      },
    }
  }
  return { clock, advance, meta, markers, settled, failing, start }
}

type House = ReturnType<typeof createHouse>
type Started = ReturnType<House['start']>

async function newProducer({ coordinator }: Started, transactionalId = 'orders') {
  const request = { transactionalId, timeoutMs: TIMEOUT_MS }
  return producerOf(await coordinator.init(scope, request))
}

function producerOf(answer: Producer | string): Producer {
  if (typeof answer === 'string') throw new Error(answer)
  return answer
}

async function begin({ coordinator }: Started, producer: Producer, ...numbers: number[]) {
  const added = { partitions: numbers.map(partition), groups: ['readers'] }
  expect(await coordinator.add(scope, 'orders', producer, added)).toBe('none')
}

test('a commit is in all partitions and groups when it is answered', async () => {
  const { start, markers, settled } = createHouse()
  const house = start()
  const producer = await newProducer(house)
  await begin(house, producer, 0, 1)
  expect(await house.coordinator.end(scope, 'orders', producer, true)).toBe('none')
  expect(markers.map(({ partition, commit }) => [partition, commit])).toEqual([
    [0, true],
    [1, true],
  ])
  expect(settled).toEqual([['readers', true]])
  expect(await house.find(scope, 'orders')).toMatchObject({ state: 'complete-commit' })
  await house.stop()
})

test('batches go into the partitions of the open transaction only', async () => {
  const { start, advance } = createHouse()
  const house = start()
  const admit = (producer: Producer, number: number) =>
    house.gate.admit(scope, 'orders', producer, partition(number).id)
  expect(admit({ producerId: 0, producerEpoch: 0 }, 0)).toBe('NOT_ENOUGH_REPLICAS')
  await advance(0)
  expect(admit({ producerId: 0, producerEpoch: 0 }, 0)).toBe('INVALID_PRODUCER_ID_MAPPING')
  const producer = await newProducer(house)
  expect(admit(producer, 0)).toBe('INVALID_TXN_STATE')
  await begin(house, producer, 0)
  expect(admit(producer, 0)).toBe('none')
  expect(admit(producer, 1)).toBe('INVALID_TXN_STATE')
  expect(admit({ ...producer, producerId: 77 }, 0)).toBe('INVALID_PRODUCER_ID_MAPPING')
  await house.coordinator.end(scope, 'orders', producer, false)
  expect(admit(producer, 0)).toBe('INVALID_TXN_STATE')
  await newProducer(house)
  expect(admit(producer, 0)).toBe('INVALID_PRODUCER_EPOCH')
  await house.stop()
})

test('a new incarnation aborts the open transaction and fences the old one', async () => {
  const { start, markers } = createHouse()
  const house = start()
  const old = await newProducer(house)
  await begin(house, old, 3)
  const fresh = await newProducer(house)
  expect(fresh).toEqual({ ...old, producerEpoch: old.producerEpoch + 2 })
  expect(markers).toMatchObject([{ partition: 3, commit: false, producerEpoch: 1 }])
  expect(await house.coordinator.end(scope, 'orders', old, true)).toBe('PRODUCER_FENCED')
  await house.stop()
})

test('a producer that recovers has its own open transaction aborted and goes on', async () => {
  const { start } = createHouse()
  const house = start()
  const held = await newProducer(house)
  await begin(house, held, 0)
  const request = { transactionalId: 'orders', timeoutMs: TIMEOUT_MS, held }
  const fresh = producerOf(await house.coordinator.init(scope, request))
  expect(fresh.producerEpoch).toBeGreaterThan(held.producerEpoch)
  await begin(house, fresh, 0)
  await house.stop()
})

test('a transaction that takes longer than its timeout is aborted and its producer fenced', async () => {
  const { start, advance, markers } = createHouse()
  const house = start()
  await advance(0)
  const producer = await newProducer(house)
  await begin(house, producer, 0)
  await advance(TIMEOUT_MS - 1_001)
  expect(markers).toEqual([])
  await advance(2_002)
  expect(markers).toMatchObject([{ partition: 0, commit: false }])
  expect(await house.coordinator.end(scope, 'orders', producer, true)).toBe('PRODUCER_FENCED')
  await house.stop()
})

test('what was decided before a restart is completed after it', async () => {
  const house = createHouse()
  house.failing.set(1, new EngineError('unavailable', 'the disk is gone'))
  const before = house.start()
  const producer = await newProducer(before)
  await begin(before, producer, 0, 1)
  // The outcome is decided, so the answer does not wait for a partition that has trouble.
  const ended = before.coordinator.end(scope, 'orders', producer, true)
  await house.advance(1_000)
  expect(await ended).toBe('none')
  const added = { partitions: [partition(2)] }
  expect(await before.coordinator.add(scope, 'orders', producer, added)).toBe(
    'CONCURRENT_TRANSACTIONS',
  )
  expect((await before.find(scope, 'orders'))?.partitions).toEqual([partition(1)])
  await before.stop()
  house.failing.clear()
  const after = house.start()
  await house.advance(0)
  expect(await after.find(scope, 'orders')).toMatchObject({ state: 'complete-commit' })
  expect(house.markers.at(-1)).toMatchObject({ partition: 1, commit: true })
  await after.stop()
})

test('a partition with trouble is tried again, and the others get no second marker', async () => {
  const { start, advance, failing, markers } = createHouse()
  const house = start()
  await advance(0)
  failing.set(1, new EngineError('full', 'no space'))
  const producer = await newProducer(house)
  await begin(house, producer, 0, 1)
  const ended = house.coordinator.end(scope, 'orders', producer, true)
  await advance(5_000)
  await ended
  failing.clear()
  await advance(60_000)
  expect(markers.map(({ partition }) => partition)).toEqual([0, 1])
  await begin(house, producer, 0)
  await house.stop()
})

test('a topic that was deleted holds up nothing', async () => {
  const { start, failing, markers } = createHouse()
  const house = start()
  failing.set(1, new EngineError('not-found', 'no such partition'))
  const producer = await newProducer(house)
  await begin(house, producer, 0, 1)
  expect(await house.coordinator.end(scope, 'orders', producer, true)).toBe('none')
  expect(markers).toHaveLength(1)
  expect(await house.find(scope, 'orders')).toMatchObject({ state: 'complete-commit' })
  await house.stop()
})

test('a transactional id that nobody uses for a week is forgotten', async () => {
  const { start, advance } = createHouse()
  const house = start()
  const idle = await newProducer(house, 'idle')
  await advance(ID_LIFE_MS - 3_600_000)
  await newProducer(house, 'used')
  await advance(7_200_000)
  const ids = []
  for await (const { transactionalId } of house.list(scope)) ids.push(transactionalId)
  expect(ids).toEqual(['used'])
  expect(await house.coordinator.add(scope, 'idle', idle, { groups: ['readers'] })).toBe(
    'INVALID_PRODUCER_ID_MAPPING',
  )
  await house.stop()
})

test('the same id in another region is another producer', async () => {
  const { start } = createHouse()
  const house = start()
  const here = await newProducer(house)
  const elsewhere = { ...scope, region: 'eu-west-1' }
  const request = { transactionalId: 'orders', timeoutMs: TIMEOUT_MS }
  const there = producerOf(await house.coordinator.init(elsewhere, request))
  expect(there.producerId).not.toBe(here.producerId)
  await house.stop()
})

test('no producer id is given twice, also not after a restart', async () => {
  const { meta } = createHouse()
  const seen = new Set<number>()
  for (let life = 0; life < 3; life++) {
    const ids = createProducerIds(meta)
    const given = await Promise.all(Array.from({ length: PRODUCER_ID_BLOCK + 1 }, () => ids.next()))
    for (const id of given) seen.add(id)
  }
  expect(seen.size).toBe(3 * (PRODUCER_ID_BLOCK + 1))
})

test('so many transactions are open at the same time, and not one more', async () => {
  const { start } = createHouse()
  const house = start()
  const add = async (number: number) => {
    const id = `producer-${number}`
    const producer = await newProducer(house, id)
    return house.coordinator.add(scope, id, producer, { groups: ['readers'] })
  }
  for (let number = 0; number < OPEN_MAX; number++) await add(number)
  expect(await add(OPEN_MAX)).toBe('COORDINATOR_NOT_AVAILABLE')
  const first = await newProducer(house, 'producer-0')
  const { coordinator } = house
  expect(await coordinator.add(scope, 'producer-0', first, { groups: ['readers'] })).toBe('none')
  await house.stop()
})

test('of ended transactions only so many are kept in memory', () => {
  const known = createKnownTransactions()
  const ended = (number: number) => ({
    transactionalId: `producer-${number}`,
    producerId: number,
    producerEpoch: 0,
    lastEpoch: -1,
    previousProducerId: -1,
    timeoutMs: 1,
    state: 'empty' as const,
    partitions: [],
    groups: [],
    startedMs: -1,
    updatedMs: 0,
  })
  for (let number = 0; number <= ENDED_KEPT_MAX; number++) known.note(scope, ended(number))
  expect(known.find(scope, 'producer-0')).toBeUndefined()
  expect(known.find(scope, 'producer-1')).toBeDefined()
})
