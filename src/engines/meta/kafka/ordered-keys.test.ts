import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOrderedKeys } from './ordered-keys.ts'

it('keys that come and go are always in order, from any of them on, both ways', () => {
  const key = fc.integer({ min: 0, max: 3_000 }).map((number) => number.toString(36))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), key), { minLength: 1_500, maxLength: 4_000 }),
      fc.array(key, { maxLength: 10 }),
      (changes, edges) => {
        const keys = createOrderedKeys()
        const model = new Set<string>()
        for (const [isThere, one] of changes) {
          if (isThere) keys.add(one)
          else keys.remove(one)
          if (isThere) model.add(one)
          else model.delete(one)
        }
        const sorted = [...model].sort()
        expect([...keys.ascending('')]).toEqual(sorted)
        expect([...keys.descending(undefined)]).toEqual([...sorted].reverse())
        for (const edge of edges) {
          expect([...keys.ascending(edge)]).toEqual(sorted.filter((one) => one >= edge))
          const before = sorted.filter((one) => one < edge).reverse()
          expect([...keys.descending(edge)]).toEqual(before)
        }
      },
    ),
    { seed: 7, numRuns: 30 },
  )
})
