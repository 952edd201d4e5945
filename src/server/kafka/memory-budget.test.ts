import { expect, test } from 'vitest'
import { createMemoryBudget } from './memory-budget.ts'

const never = new AbortController().signal

test('what is free is taken at once, and one byte more waits until it is given back', async () => {
  const budget = createMemoryBudget(100)
  expect(budget.tryTake(60)).toBe(true)
  expect(budget.tryTake(41)).toBe(false)
  expect(budget.tryTake(40)).toBe(true)
  const waiting = budget.take(1, never)
  budget.give(60)
  expect(await waiting).toBe(true)
})

test('who waits for much is not overtaken by those who want little', async () => {
  const budget = createMemoryBudget(100)
  expect(budget.tryTake(50)).toBe(true)
  const order: string[] = []
  const large = budget.take(80, never).then(() => order.push('large'))
  const small = budget.take(10, never).then(() => order.push('small'))
  expect(budget.tryTake(1)).toBe(false)
  budget.give(50)
  await Promise.all([large, small])
  expect(order).toEqual(['large', 'small'])
})

test('who gives up makes room for the next', async () => {
  const budget = createMemoryBudget(100)
  expect(budget.tryTake(50)).toBe(true)
  const gone = new AbortController()
  const large = budget.take(80, gone.signal)
  const small = budget.take(50, never)
  gone.abort()
  expect(await large).toBe(false)
  expect(await small).toBe(true)
  expect(await budget.take(1, gone.signal)).toBe(false)
})
