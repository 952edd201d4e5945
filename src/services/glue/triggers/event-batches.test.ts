import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limits } from '../limits.ts'
import { gathered, takeBatch, windowEndMs } from './event-batches.ts'
import type { Trigger } from './triggers.ts'

const blank = (size: number): Trigger => ({
  ...{ name: 't', type: 'EVENT', state: 'CREATED', workflow: 'w' },
  ...{ actions: [], met: [], firings: [], seen: [] },
  batching: { size, windowSeconds: 60 },
})

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(40).map((one) => `e${one}`) },
    { weight: 1, arbitrary: fc.constant('window') },
  ),
  { maxLength: 80 },
)

test('every event is in one batch, in the order they came, and no batch is larger than it may be', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), steps, (size, given) => {
      let trigger = blank(size)
      for (const [at, step] of given.entries()) {
        trigger = step === 'window' ? takeBatch(trigger, 'window', at) : gathered(trigger, step, at)
        expect(trigger.waiting?.eventIds.length ?? 0).toBeLessThan(size)
      }
      const batches = trigger.firings.map(({ batch }) => batch?.eventIds ?? [])
      for (const { batch } of trigger.firings) {
        expect(batch?.eventIds.length).toBeGreaterThan(0)
        expect(batch?.size).toBe(batch?.windowSeconds === undefined ? size : undefined)
      }
      const all = [...batches.flat(), ...(trigger.waiting?.eventIds ?? [])]
      expect(all).toEqual([...new Set(given.filter((step) => step !== 'window'))])
      expect(new Set(trigger.firings.map(({ cause }) => cause)).size).toBe(batches.length)
    }),
    { seed: 11, numRuns: 300 },
  )
})

test('a window lasts from its first event, and there is none without an event', () => {
  const one = gathered(gathered(blank(3), 'a', 1000), 'b', 5000)
  expect(windowEndMs(one)).toBe(61_000)
  expect(windowEndMs(takeBatch(one, 'window', 61_000))).toBeUndefined()
})

test(`the last ${limits.eventsSeenMax} events are known again, and none before them`, () => {
  const add = (trigger: Trigger, ids: ReadonlyArray<string>) =>
    ids.reduce((now, id) => ({ ...gathered(now, id, 1), firings: [] }), trigger)
  const others = Array.from({ length: limits.eventsSeenMax - 1 }, (_, at) => `e${at}`)
  const known = add(blank(1), ['first', ...others])
  expect(gathered(known, 'first', 2).firings).toEqual([])
  expect(gathered(add(known, ['one more']), 'first', 2).firings).toHaveLength(1)
})
