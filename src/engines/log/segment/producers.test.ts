import { expect, test } from 'vitest'
import type { Producers } from './producers.ts'
import { createProducers, expireProducers, noteBatch, PRODUCERS_MAX } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import { TRANSACTIONAL } from './record-batch.ts'

const DAY_MS = 86_400_000
const NO_BYTES = Buffer.alloc(0)

function header(producerId: number, attributes = 0): BatchHeader {
  return {
    baseOffset: producerId,
    endOffset: producerId + 1,
    sizeBytes: 61,
    keyNumber: 0,
    attributes,
    baseTimestampMs: 5,
    maxTimestampMs: 5,
    producerId,
    producerEpoch: 0,
    baseSequence: 0,
    recordCount: 1,
  }
}

function knownBy(count: number): Producers {
  const producers = createProducers()
  for (let id = 0; id < count; id++) noteBatch(producers, header(id), NO_BYTES, id)
  return producers
}

test('a partition knows so many producers, and one more puts the most silent one out', () => {
  const producers = knownBy(PRODUCERS_MAX)
  noteBatch(producers, header(0), NO_BYTES, PRODUCERS_MAX)
  expect(producers.byId.size).toBe(PRODUCERS_MAX)
  noteBatch(producers, header(PRODUCERS_MAX), NO_BYTES, PRODUCERS_MAX)
  expect(producers.byId.size).toBe(PRODUCERS_MAX)
  expect(producers.byId.has(0)).toBe(true)
  expect(producers.byId.has(1)).toBe(false)
})

test('a producer with an open transaction is never forgotten', () => {
  const producers = createProducers()
  noteBatch(producers, header(0, TRANSACTIONAL), NO_BYTES, 0)
  for (let id = 1; id <= PRODUCERS_MAX; id++) noteBatch(producers, header(id), NO_BYTES, id)
  expect(producers.byId.has(0)).toBe(true)
  expect(producers.byId.has(1)).toBe(false)
  expireProducers(producers, 10 * DAY_MS)
  expect([...producers.byId.keys()]).toEqual([0])
})

test('a producer is forgotten after a day of silence, and not before', () => {
  const producers = knownBy(3)
  expireProducers(producers, DAY_MS)
  expect([...producers.byId.keys()]).toEqual([1, 2])
  expireProducers(producers, DAY_MS + 1)
  expect([...producers.byId.keys()]).toEqual([2])
})
