import { expect, test } from 'vitest'
import { createBufferPool } from './buffer-pool.ts'

test('memory that was given back is used for the next buffer of about its size', () => {
  const pool = createBufferPool({ sizeMax: 1 << 20, idleMax: 1 << 20 })
  const first = pool.take(100_000)
  const second = pool.take(100_000)
  expect([first?.length, second?.buffer === first?.buffer]).toEqual([100_000, false])
  if (first) pool.give(first)
  expect(pool.take(10_000)?.buffer).not.toBe(first?.buffer)
  const again = pool.take(131_072)
  expect([again?.length, again?.buffer === first?.buffer]).toEqual([131_072, true])
  expect(pool.take(131_072)?.buffer).not.toBe(first?.buffer)
})

test('no more is kept than the limits say', () => {
  const pool = createBufferPool({ sizeMax: 1024, idleMax: 1024 })
  expect([pool.take(1024)?.length, pool.take(1025)]).toEqual([1024, undefined])
  const [kept, lost] = [pool.take(1024), pool.take(1)]
  if (kept) pool.give(kept)
  if (lost) pool.give(lost)
  expect(pool.take(1)?.buffer).not.toBe(lost?.buffer)
  expect(pool.take(1024)?.buffer).toBe(kept?.buffer)
})
