import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeSequenceNumber,
  encodeSequenceNumber,
  endingSequenceNumber,
  offsetAfter,
  offsetOf,
  sequenceNumberOf,
  sequenceNumbersOf,
  startingSequenceNumber,
} from './sequence-number.ts'

const origin = fc.record({
  number: fc.integer({ min: 0, max: 100_000 }),
  createdMs: fc.integer({ min: 1e12, max: 4e12 }),
})
const offset = fc.integer({ min: 0, max: 2 ** 52 })

test('a sequence number leads back to its record', () => {
  fc.assert(
    fc.property(origin, offset, fc.integer({ min: 1e12, max: 4e12 }), (shard, at, arrivalMs) => {
      const text = sequenceNumberOf(shard, { offset: at, arrivalMs })
      expect(text).toHaveLength(56)
      const parts = decodeSequenceNumber(text)
      expect(parts).toEqual({
        createdSecond: Math.floor(shard.createdMs / 1000),
        shardNumber: shard.number,
        counter: BigInt(at) + 1n,
        second: Math.floor(arrivalMs / 1000),
      })
      expect(parts && encodeSequenceNumber(parts)).toBe(text)
      expect(parts && offsetOf(parts)).toBe(at)
      expect(parts && offsetAfter(parts)).toBe(at + 1)
    }),
    { seed: 1 },
  )
})

test('the numbers of neighbours are those of each of them, and grow', () => {
  fc.assert(
    fc.property(origin, offset, fc.integer({ min: 1, max: 3000 }), (shard, at, count) => {
      const arrivalMs = shard.createdMs + 5000
      const numbers = sequenceNumbersOf(shard, { offset: at, arrivalMs, count })
      expect(numbers).toHaveLength(count)
      const samples = [0, 1, Math.floor(count / 2), count - 1].filter((index) => index < count)
      for (const index of samples) {
        const one = sequenceNumberOf(shard, { offset: at + index, arrivalMs })
        expect(numbers[index]).toBe(one)
      }
      expect(numbers).toEqual([...numbers].sort())
      expect(startingSequenceNumber(shard) < (numbers[0] ?? '')).toBe(true)
      expect((numbers.at(-1) ?? '') < endingSequenceNumber(shard, arrivalMs)).toBe(true)
    }),
    { seed: 2, numRuns: 60 },
  )
})

/** Taken apart by hand from the pattern that AWS's numbers follow (kinesalite's recorded tests). */
test('the hexadecimal form is that of AWS', () => {
  const text = sequenceNumberOf(
    { number: 3, createdMs: 1_700_000_000_000 },
    { offset: 9, arrivalMs: 1_700_000_123_456 },
  )
  const hex = BigInt(text).toString(16)
  expect(hex).toMatch(/^20[0-9a-f]{8}3[0-9a-f]{16}000[0-9a-f]{8}000000032$/)
  expect(hex.slice(11, 27)).toBe('000000000000000a')
})

test('what no shard gave out is told', () => {
  const bad = ['', '0', '5', '1'.repeat(56), '9'.repeat(56), '4'.repeat(55), '-'.repeat(56)]
  for (const text of bad) expect(decodeSequenceNumber(text)).toBeUndefined()
  const eight = BigInt('0x20000000000800000000000000000000000000000000002').toString()
  expect(decodeSequenceNumber(eight)).toBeUndefined()
})
