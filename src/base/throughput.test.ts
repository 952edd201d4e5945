import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createThroughput } from './throughput.ts'

test('a bucket passes what it holds and not one more, and fills with time', async () => {
  const { clock, advance } = createVirtualClock()
  const throughput = createThroughput(1000, clock)
  for (let count = 0; count < 1000; count++) expect(throughput.take('a', 1)).toBe(true)
  expect(throughput.take('a', 1)).toBe(false)
  expect(throughput.take('b', 1)).toBe(true)
  await advance(10)
  for (let count = 0; count < 10; count++) expect(throughput.take('a', 1)).toBe(true)
  expect(throughput.take('a', 1)).toBe(false)
})

test('what is larger than the bucket passes when it is full, and is waited for', async () => {
  const { clock, advance } = createVirtualClock()
  const throughput = createThroughput(1000, clock)
  expect(throughput.take('a', 3000)).toBe(true)
  expect(throughput.take('a', 1)).toBe(false)
  await advance(2000)
  expect(throughput.take('a', 1)).toBe(false)
  await advance(1000)
  expect(throughput.take('a', 1000)).toBe(true)
})

test('a reading of ten megabytes closes the shard for five seconds', async () => {
  const { clock, advance } = createVirtualClock()
  const throughput = createThroughput(2, clock)
  expect(throughput.isOpen('a')).toBe(true)
  throughput.charge('a', 10)
  await advance(3999)
  expect(throughput.isOpen('a')).toBe(false)
  await advance(2)
  expect(throughput.isOpen('a')).toBe(true)
})

test('buckets that are full again are forgotten', async () => {
  const { clock, advance } = createVirtualClock()
  const throughput = createThroughput(1, clock)
  for (let index = 0; index < 10_000; index++) throughput.take(`${index}`, 1)
  await advance(1000)
  expect(throughput.take('new', 1)).toBe(true)
  expect(throughput.take('0', 1)).toBe(true)
  expect(throughput.take('0', 1)).toBe(false)
})
