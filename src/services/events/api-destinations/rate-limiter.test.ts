import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { createRateLimiter } from './rate-limiter.ts'

test('so many go in a second, the others keep the place that they were given', async () => {
  const { clock, advance } = createVirtualClock()
  const limiter = createRateLimiter(clock)
  const enter = (id: string) => limiter.enter('a', id, 2)
  expect([enter('1'), enter('2'), enter('3')]).toEqual([0, 500, 1_000])
  expect(limiter.enter('b', '1', 2)).toBe(0)
  // Asked too early, nothing is lost.
  expect(enter('3')).toBe(1_000)
  await advance(500)
  expect([enter('4'), enter('2'), enter('3')]).toEqual([1_000, 0, 500])
  await advance(500)
  expect(enter('3')).toBe(0)
})

test('a destination that was still for a while has no credit', async () => {
  const { clock, advance } = createVirtualClock()
  const limiter = createRateLimiter(clock)
  expect(limiter.enter('a', '1', 1)).toBe(0)
  await advance(60_000)
  expect([limiter.enter('a', '2', 1), limiter.enter('a', '3', 1)]).toEqual([0, 1_000])
})
