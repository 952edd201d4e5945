import { expect, test } from 'vitest'
import { EPOCH_EXHAUSTED, GROUPS_MAX, PARTITIONS_MAX } from './limits.ts'
import type { InitStep, Producer, Step, Transaction } from './transaction.ts'
import {
  addToTransaction,
  complete,
  endTransaction,
  fence,
  initProducer,
  takesOffsets,
} from './transaction.ts'

const NOW_MS = 1_000
const request = { transactionalId: 'orders', timeoutMs: 60_000 }
const partition = (number: number) => ({
  topic: 'clicks',
  id: { topic: 'log/clicks', partition: number },
})
const refused = (error: string) => ({ outcome: 'refused', error })

function nextOf(step: Step | InitStep): Transaction {
  if (step.outcome === 'next' || step.outcome === 'abort-first') return step.next
  if (step.outcome === 'new-id') return step.next(99)
  throw new Error(`no next state after ${step.outcome}`)
}

function begun(changes: Partial<Transaction> = {}): Transaction {
  const [first] = [nextOf(initProducer(undefined, request, NOW_MS))]
  return { ...first, producerId: 7, ...changes }
}

function ongoing(changes: Partial<Transaction> = {}): Transaction {
  const added = { partitions: [partition(0)], groups: ['readers'] }
  const empty = begun(changes)
  return nextOf(addToTransaction(empty, empty, added, NOW_MS))
}

function holding(producerId: number, producerEpoch: number) {
  return { ...request, held: { producerId, producerEpoch } }
}

test('a new producer begins with epoch 0 of an id of its own', () => {
  expect(nextOf(initProducer(undefined, request, NOW_MS))).toMatchObject({
    producerId: 99,
    producerEpoch: 0,
    state: 'empty',
  })
})

test('each incarnation has the next epoch and the timeout that it asked for', () => {
  const step = initProducer(begun(), { ...request, timeoutMs: 5 }, NOW_MS)
  expect(nextOf(step)).toMatchObject({ producerId: 7, producerEpoch: 1, timeoutMs: 5 })
})

test('an incarnation that comes while a transaction is open has it aborted first', () => {
  const step = initProducer(ongoing(), request, NOW_MS)
  expect(step.outcome).toBe('abort-first')
  expect(nextOf(step)).toMatchObject({ state: 'prepare-abort', producerEpoch: 1 })
})

test('an incarnation waits for a transaction whose end is decided', () => {
  const decided = nextOf(endTransaction(ongoing(), ongoing(), true, NOW_MS))
  expect(initProducer(decided, request, NOW_MS)).toEqual(refused('CONCURRENT_TRANSACTIONS'))
})

test('epochs that have run out give way to a new producer id', () => {
  const last = begun({ producerEpoch: EPOCH_EXHAUSTED })
  expect(nextOf(initProducer(last, request, NOW_MS))).toMatchObject({
    producerId: 99,
    producerEpoch: 0,
    previousProducerId: 7,
  })
  const before = begun({ producerEpoch: EPOCH_EXHAUSTED - 1 })
  expect(nextOf(initProducer(before, request, NOW_MS))).toMatchObject({
    producerId: 7,
    producerEpoch: EPOCH_EXHAUSTED,
  })
})

test('the last epoch is left for fencing', () => {
  const open = ongoing({ producerEpoch: EPOCH_EXHAUSTED })
  const fenced = complete(fence(open, NOW_MS), NOW_MS)
  expect(fenced.producerEpoch).toBe(0x7fff)
  expect(nextOf(initProducer(fenced, request, NOW_MS))).toMatchObject({ producerId: 99 })
})

test('a producer that goes on after an error gets the next epoch, and the same one when it asks again', () => {
  const next = nextOf(initProducer(begun(), holding(7, 0), NOW_MS))
  expect(next).toMatchObject({ producerEpoch: 1, lastEpoch: 0 })
  expect(initProducer(next, holding(7, 0), NOW_MS)).toEqual({ outcome: 'same' })
})

test('a producer that asks again after its epochs ran out gets the same new id', () => {
  const last = begun({ producerEpoch: EPOCH_EXHAUSTED })
  const next = nextOf(initProducer(last, holding(7, EPOCH_EXHAUSTED), NOW_MS))
  expect(next).toMatchObject({ producerId: 99, previousProducerId: 7 })
  expect(initProducer(next, holding(7, EPOCH_EXHAUSTED), NOW_MS)).toEqual({ outcome: 'same' })
})

test('a producer that was replaced cannot go on', () => {
  const replaced = nextOf(initProducer(begun(), request, NOW_MS))
  for (const held of [holding(7, 0), holding(7, 5), holding(6, 1), holding(6, EPOCH_EXHAUSTED)]) {
    expect(initProducer(replaced, held, NOW_MS)).toEqual(refused('PRODUCER_FENCED'))
  }
  const open = ongoing({ producerEpoch: 3 })
  expect(initProducer(open, holding(7, 2), NOW_MS)).toEqual(refused('PRODUCER_FENCED'))
})

test('a producer whose id was forgotten meanwhile gets a new one', () => {
  expect(nextOf(initProducer(undefined, holding(5, 3), NOW_MS))).toMatchObject({ producerId: 99 })
})

test('a transaction begins with the first partition or group and holds each once', () => {
  const open = ongoing()
  expect(open).toMatchObject({ state: 'ongoing', startedMs: NOW_MS })
  const again = { partitions: [partition(0)], groups: ['readers'] }
  expect(addToTransaction(open, open, again, NOW_MS + 5)).toEqual({ outcome: 'same' })
  const more = addToTransaction(open, open, { partitions: [partition(1)] }, NOW_MS + 5)
  expect(nextOf(more)).toMatchObject({ startedMs: NOW_MS, updatedMs: NOW_MS + 5 })
  expect(nextOf(more).partitions).toHaveLength(2)
})

test('a transaction has so many partitions and groups, and not one more', () => {
  const open = begun()
  const partitions = Array.from({ length: PARTITIONS_MAX }, (_, number) => partition(number))
  const groups = Array.from({ length: GROUPS_MAX }, (_, number) => `group-${number}`)
  const full = nextOf(addToTransaction(open, open, { partitions, groups }, NOW_MS))
  for (const added of [{ partitions: [partition(-1)] }, { groups: ['one more'] }]) {
    expect(addToTransaction(full, full, added, NOW_MS)).toEqual(refused('POLICY_VIOLATION'))
  }
})

test('nothing is done for another producer id, or another epoch', () => {
  const open = ongoing({ producerEpoch: 4 })
  const cases: ReadonlyArray<readonly [Producer, string]> = [
    [{ producerId: 8, producerEpoch: 4 }, 'INVALID_PRODUCER_ID_MAPPING'],
    [{ producerId: 7, producerEpoch: 3 }, 'PRODUCER_FENCED'],
    [{ producerId: 7, producerEpoch: 5 }, 'PRODUCER_FENCED'],
  ]
  for (const [producer, error] of cases) {
    expect(addToTransaction(open, producer, { groups: ['a'] }, NOW_MS)).toEqual(refused(error))
    expect(endTransaction(open, producer, true, NOW_MS)).toEqual(refused(error))
    expect(takesOffsets(open, producer, 'readers')).toBe(error)
  }
  expect(endTransaction(undefined, open, true, NOW_MS)).toEqual(
    refused('INVALID_PRODUCER_ID_MAPPING'),
  )
})

test('an end that was decided is not decided otherwise', () => {
  for (const commit of [true, false]) {
    const decided = nextOf(endTransaction(ongoing(), ongoing(), commit, NOW_MS))
    expect(endTransaction(decided, decided, commit, NOW_MS)).toEqual(
      refused('CONCURRENT_TRANSACTIONS'),
    )
    expect(endTransaction(decided, decided, !commit, NOW_MS)).toEqual(refused('INVALID_TXN_STATE'))
    const ended = complete(decided, NOW_MS)
    expect(endTransaction(ended, ended, commit, NOW_MS)).toEqual({ outcome: 'same' })
    expect(endTransaction(ended, ended, !commit, NOW_MS)).toEqual(refused('INVALID_TXN_STATE'))
  }
  expect(endTransaction(begun(), begun(), true, NOW_MS)).toEqual(refused('INVALID_TXN_STATE'))
})

test('nothing is added to what is decided, and what comes after it begins anew', () => {
  const decided = nextOf(endTransaction(ongoing(), ongoing(), true, NOW_MS))
  const added = { partitions: [partition(5)] }
  expect(addToTransaction(decided, decided, added, NOW_MS)).toEqual(
    refused('CONCURRENT_TRANSACTIONS'),
  )
  const ended = complete(decided, NOW_MS)
  expect(nextOf(addToTransaction(ended, ended, added, NOW_MS + 9))).toMatchObject({
    partitions: [partition(5)],
    groups: [],
    startedMs: NOW_MS + 9,
  })
})

test('offsets are taken for groups that are part of the open transaction', () => {
  const open = ongoing()
  expect(takesOffsets(open, open, 'readers')).toBeUndefined()
  expect(takesOffsets(open, open, 'others')).toBe('INVALID_TXN_STATE')
  expect(takesOffsets(begun(), begun(), 'readers')).toBe('INVALID_TXN_STATE')
})
