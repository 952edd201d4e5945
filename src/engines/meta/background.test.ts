import { expect, it } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { silentLogger as log } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createBackground } from './background.ts'
import { createLeases } from './leases.ts'

function createHarness() {
  const meta = createMemoryMeta()
  const { clock, advance } = createVirtualClock()
  const counted: string[] = []
  const metrics: Metrics = {
    record: (name, labels) => counted.push(`${name} ${JSON.stringify(labels)}`),
    forget: () => undefined,
  }
  const leases = createLeases({ meta, clock, owner: 'node', log })
  const random = createSeededRandom(1)
  const background = createBackground({ leases, clock, random, log, metrics })
  return { background, clock, advance, counted }
}

it('rounds follow one another at the rest they ask for, until one says it is done', async () => {
  const { background, clock, advance } = createHarness()
  const startMs = clock.wallMs()
  const times: number[] = []
  const round = async () => {
    times.push(clock.wallMs() - startMs)
    return times.length < 3 ? 1_000 : ('done' as const)
  }
  const run = background.run({ name: 'a/b', round }, new AbortController().signal)
  await advance(10_000)
  await run
  expect(times).toEqual([0, 1_000, 2_000])
})

it('a failing round is shown, counted and retried with growing back-off', async () => {
  const { background, clock, advance, counted } = createHarness()
  const times: number[] = []
  const shown: unknown[] = []
  const round = async () => {
    times.push(clock.wallMs())
    if (times.length <= 12) throw new Error(`failure ${times.length}`)
    return 'done' as const
  }
  const onFailure = async (error: unknown) => {
    shown.push(error)
  }
  const run = background.run(
    { name: 'firehose/delivery/clicks', round, onFailure },
    new AbortController().signal,
  )
  await advance(600_000)
  await run
  const rests = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(shown).toHaveLength(12)
  expect(counted[0]).toBe('headrace_background_failures_total {"work":"firehose/delivery"}')
  expect(rests[0]).toBeGreaterThanOrEqual(100)
  expect(rests[0]).toBeLessThanOrEqual(200)
  expect(Math.max(...rests)).toBeLessThanOrEqual(30_000)
  expect(rests.at(-1)).toBeGreaterThanOrEqual(15_000)
})

it('an onFailure that fails itself does not end the work', async () => {
  const { background, advance } = createHarness()
  let rounds = 0
  const round = async () => {
    rounds++
    if (rounds < 3) throw new Error('failure')
    return 'done' as const
  }
  const onFailure = async () => {
    throw new Error('cannot write the status either')
  }
  const run = background.run({ name: 'a/b', round, onFailure }, new AbortController().signal)
  await advance(10_000)
  await run
  expect(rounds).toBe(3)
})

it('the abort ends a rest at once, and the lease is free for the next run', async () => {
  const { background, advance } = createHarness()
  const stop = new AbortController()
  const run = background.run({ name: 'a/b', round: async () => 3_600_000 }, stop.signal)
  await advance(1_000)
  stop.abort()
  await run
  let ran = false
  const round = async () => {
    ran = true
    return 'done' as const
  }
  await background.run({ name: 'a/b', round }, new AbortController().signal)
  expect(ran).toBe(true)
})

it('two runs of the same name take turns, never both at once', async () => {
  const { background, advance } = createHarness()
  let running = 0
  let most = 0
  let rounds = 0
  const round = async () => {
    running++
    most = Math.max(most, running)
    await Promise.resolve()
    running--
    rounds++
    return rounds % 5 === 0 ? ('done' as const) : 10
  }
  const signal = new AbortController().signal
  const runs = [
    background.run({ name: 'w', round }, signal),
    background.run({ name: 'w', round }, signal),
  ]
  await advance(10_000)
  await Promise.all(runs)
  expect(most).toBe(1)
  expect(rounds).toBe(10)
})
