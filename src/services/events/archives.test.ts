import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { dateOf } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createEventNouns } from './events-nouns.ts'
import { createReplayRun } from './replay-run.ts'
import { hasEnded } from './replays.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const busName = 'default'
const DAY_MS = 86_400_000

/** The nouns, and a matching that takes events from the queue as the delivery loop does. */
function createHouse(kept = createMemoryMeta()) {
  const { clock, advance } = createVirtualClock()
  const random = createSeededRandom(7)
  let commitsLeft = Number.POSITIVE_INFINITY
  const meta: MetaStore = {
    ...kept,
    async commit(batch) {
      if (commitsLeft-- <= 0) throw new EngineError('unavailable', 'the process is dead')
      await kept.commit(batch)
    },
  }
  const nouns = createEventNouns({ meta, clock, random })
  const { queue, archives, archivedEvents, replays } = nouns
  const run = createReplayRun({ ...nouns, meta, clock })
  const replayed: string[] = []
  let count = 0

  return {
    ...nouns,
    clock,
    advance,
    replayed,
    dieAfter(commits: number) {
      commitsLeft = commits
    },
    revive() {
      commitsLeft = Number.POSITIVE_INFINITY
    },
    async put(kind: string): Promise<string> {
      const id = `e${count++}`
      const time = `${dateOf(clock.wallMs()).toISOString().slice(0, 19)}Z`
      const event = { version: '0' as const, id, 'detail-type': 't', source: kind, time }
      const whole = { ...event, account: '', region: '', resources: [], detail: {} }
      await queue.add([{ scope, busName, event: whole }])
      return id
    },
    async match(): Promise<void> {
      const arrivals = await queue.arrivals(100)
      if (!(await queue.settle({ arrivals }, [], await archivedEvents.keep(arrivals)))) return
      for (const { value } of arrivals) {
        if (value.event['replay-name']) replayed.push(value.event.id)
      }
    },
    archive: (name: string, pattern?: string, retentionDays = 0) =>
      archives.create(scope, { name, busName, pattern, retentionDays }),
    async total(name: string) {
      return archivedEvents.total(scope, await archives.get(scope, name))
    },
    async replay(name: string, archiveName: string, fromMs: number, toMs: number) {
      const { id: archiveId } = await archives.get(scope, archiveName)
      await replays.start(scope, { name, archiveName, archiveId, busName, fromMs, toMs })
    },
    /** Runs replays until all have ended, or the process dies. */
    async runReplays(): Promise<void> {
      const stop = new AbortController()
      const running = run.round(stop.signal)
      const watched = running.then(
        () => undefined,
        () => undefined,
      )
      await advance(20)
      stop.abort()
      await watched
    },
  }
}

test('an archive keeps what its pattern matches of its bus, with a true count and size', async () => {
  const house = createHouse()
  await house.archive('all')
  await house.archive('shop', '{"source":["shop"]}')
  await house.put('shop')
  await house.put('other')
  await house.match()
  expect((await house.total('all')).events).toBe(2)
  const shop = await house.total('shop')
  const [kept] = await house.archivedEvents.page(
    scope,
    (await house.archives.get(scope, 'shop')).id,
    { limit: 9 },
  )
  expect(shop).toEqual({ events: 1, bytes: JSON.stringify(kept?.value).length })
  await house.archives.remove(scope, 'shop')
  await house.archivedEvents.round()
  await house.archive('shop')
  expect(await house.total('shop')).toEqual({ events: 0, bytes: 0 })
})

test('events go when their retention is over, and not before', async () => {
  const house = createHouse()
  await house.archive('brief', undefined, 1)
  await house.archive('ever')
  await house.put('a')
  await house.match()
  await house.advance(DAY_MS)
  await house.put('b')
  await house.match()
  await house.archivedEvents.round()
  expect((await house.total('brief')).events).toBe(2)
  await house.advance(1)
  await house.archivedEvents.round()
  expect((await house.total('brief')).events).toBe(1)
  expect((await house.total('ever')).events).toBe(2)
})

test('a replay is cancelled by what runs it, and fails when its archive goes', async () => {
  const house = createHouse()
  await house.archive('a')
  await house.put('x')
  await house.match()
  const endMs = house.clock.wallMs() + 1
  await house.replay('stopped', 'a', 0, endMs)
  expect(await house.replays.cancel(scope, 'stopped')).toMatchObject({ state: 'CANCELLING' })
  await house.runReplays()
  expect(await house.replays.get(scope, 'stopped')).toMatchObject({ state: 'CANCELLED' })
  await expect(house.replays.cancel(scope, 'stopped')).rejects.toMatchObject({
    code: 'IllegalStatusException',
  })
  await house.replay('orphan', 'a', 0, endMs)
  await house.archives.remove(scope, 'a')
  await house.runReplays()
  expect(await house.replays.get(scope, 'orphan')).toMatchObject({
    state: 'FAILED',
    reason: 'Archive a does not exist.',
  })
  await house.match()
  expect(house.replayed).toEqual([])
})

test('ten replays go on at once, and no more', async () => {
  const house = createHouse()
  await house.archive('a')
  for (let at = 0; at < 10; at++) await house.replay(`r${at}`, 'a', 0, 1)
  await expect(house.replay('r10', 'a', 0, 1)).rejects.toMatchObject({
    code: 'LimitExceededException',
  })
  await house.runReplays()
  await house.replay('r10', 'a', 0, 1)
})

test('a replay that has ended is shown for 90 days', async () => {
  const house = createHouse()
  await house.archive('a')
  await house.replay('r', 'a', 0, house.clock.wallMs())
  await house.runReplays()
  await house.advance(90 * DAY_MS - 1_000)
  await house.runReplays()
  expect(await house.replays.get(scope, 'r')).toMatchObject({ state: 'COMPLETED' })
  await house.advance(2_000)
  await house.runReplays()
  await expect(house.replays.get(scope, 'r')).rejects.toThrow('Replay r does not exist.')
})

test('however often the process dies, each event of the time asked for is replayed once', async () => {
  const dice = fc.record({
    /** Seconds between one event and the next, for each. */
    gaps: fc.array(fc.nat(3), { minLength: 1, maxLength: 130 }),
    from: fc.nat(200),
    length: fc.integer({ min: 1, max: 300 }),
    deaths: fc.array(fc.nat(3), { maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(dice, async ({ gaps, from, length, deaths }) => {
      const house = createHouse()
      await house.archive('a')
      const startMs = house.clock.wallMs()
      const [fromMs, toMs] = [startMs + from * 1_000, startMs + (from + length) * 1_000]
      const expected: string[] = []
      for (const gap of gaps) {
        await house.advance(gap * 1_000)
        const id = await house.put('x')
        const atMs = house.clock.wallMs()
        if (atMs >= fromMs && atMs <= toMs) expected.push(id)
      }
      for (const commits of [...deaths, Number.POSITIVE_INFINITY]) {
        house.dieAfter(commits)
        await house.match().catch(() => undefined)
        await house.match().catch(() => undefined)
      }
      expect((await house.total('a')).events).toBe(gaps.length)
      await house.replay('r', 'a', fromMs, toMs)
      for (const commits of deaths) {
        house.dieAfter(commits)
        await house.runReplays()
      }
      house.revive()
      await house.runReplays()
      const replay = await house.replays.get(scope, 'r')
      expect(replay.state).toBe('COMPLETED')
      expect(hasEnded(replay)).toBe(true)
      while ((await house.queue.arrivals(1)).length > 0) await house.match()
      expect(house.replayed).toEqual(expected)
      expect((await house.total('a')).events).toBe(gaps.length)
    }),
    { seed: 11, numRuns: 25 },
  )
}, 60_000)
