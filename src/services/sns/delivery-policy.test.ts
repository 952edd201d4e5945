import { expect, test } from 'vitest'
import { httpPolicy, retryDelayMs, serviceEndpointPolicy } from './delivery-policy.ts'

test('an HTTP endpoint is tried three times more, twenty seconds apart', () => {
  expect([1, 2, 3, 4].map((retry) => retryDelayMs(httpPolicy, retry))).toEqual([
    20_000,
    20_000,
    20_000,
    undefined,
  ])
})

test('what AWS runs itself is tried at once, then ever later, for 23 days', () => {
  const delays = Array.from({ length: 15 }, (_, at) => retryDelayMs(serviceEndpointPolicy, at + 1))
  expect(delays.slice(0, 5)).toEqual([0, 0, 0, 1000, 1000])
  const growing = delays.slice(5).map(Number)
  expect(growing).toEqual([...growing].sort((left, right) => left - right))
  expect(growing.at(-1)).toBe(20_000)
  expect(retryDelayMs(serviceEndpointPolicy, 100_015)).toBe(20_000)
  expect(retryDelayMs(serviceEndpointPolicy, 100_016)).toBeUndefined()
})
