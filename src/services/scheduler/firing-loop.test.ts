import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { EngineError, ServiceError } from '../../base/errors.ts'
import type { EventTarget, TargetEvent } from '../../base/event-target.ts'
import { silentLogger } from '../../base/logger.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createBackground } from '../../engines/meta/background.ts'
import { createLeases } from '../../engines/meta/leases.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createFiringLoop } from './firing-loop.ts'
import { createInvocations } from './invocations.ts'
import { createInvoker } from './invoker.ts'
import type { ScheduleSettings, Target } from './schedule.ts'
import { createScheduleGroups } from './schedule-groups.ts'
import { createSchedules } from './schedules.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const START_MS = Date.UTC(2026, 0, 1, 0, 0, 30)
const MINUTE_MS = 60_000
const target = 'arn:aws:sqs:eu-west-1:111122223333:work'
const deadLetterArn = 'arn:aws:sqs:eu-west-1:111122223333:dead'
const name = { group: 'default', name: 'often' }

function settings(
  expression: string,
  more: Partial<ScheduleSettings> = {},
  ofTarget: Partial<Target> = {},
): ScheduleSettings {
  return {
    ...{ enabled: true, windowMinutes: 0, deleteWhenDone: false },
    timing: { expression, timeZone: 'UTC' },
    target: { arn: target, roleArn: 'r', input: '<aws.scheduler.scheduled-time>', ...ofTarget },
    ...more,
  }
}

/** A node on a store; `taken` collects what targets have taken. */
function node(meta: MetaStore, startMs = START_MS) {
  const time = createVirtualClock(startMs)
  const { clock } = time
  const random = createSeededRandom(5)
  const taken: { readonly arn: string; readonly text: string; readonly event: TargetEvent }[] = []
  const failure: { error?: Error; attempts: number } = { attempts: 0 }
  const queue: EventTarget = {
    service: 'sqs',
    async validate() {},
    async deliver(arn, event) {
      if (arn === target) failure.attempts += 1
      if (arn === target && failure.error) throw failure.error
      taken.push({ arn, text: Buffer.from(event.body).toString(), event })
    },
  }
  const deps = { meta, clock, random, log: silentLogger, metrics: silentMetrics }
  const leases = createLeases({ ...deps, owner: random.uuid() })
  const background = createBackground({ ...deps, leases })
  const groups = createScheduleGroups(deps)
  const invocations = createInvocations(deps)
  const schedules = createSchedules({ ...deps, groups, invocations })
  const targetCheck = { check: async () => {}, checkRole: async () => {} }
  const invoker = createInvoker({ ...deps, targetCheck, targets: new Map([['sqs', queue]]) })
  const loop = createFiringLoop({ ...deps, schedules, groups, invocations, invoker, background })

  /** Runs the loop for so long. */
  async function run(ms: number) {
    const stop = new AbortController()
    const running = loop.start(stop.signal)
    await time.advance(ms)
    stop.abort()
    await running
  }
  return { ...time, schedules, groups, invocations, taken, failure, run }
}

test('a schedule fires at each of its times and at no other', async () => {
  const { schedules, taken, run } = node(createMemoryMeta())
  await schedules.create(scope, name, { settings: settings('cron(0/10 * * * ? *)') })
  await run(9 * MINUTE_MS)
  expect(taken).toEqual([])
  await run(MINUTE_MS)
  expect(taken.map(({ text }) => text)).toEqual(['2026-01-01T00:10:00Z'])
  await run(20 * MINUTE_MS)
  expect(taken).toHaveLength(3)
})

test('a rate without a start begins at once; a disabled one never', async () => {
  const { schedules, taken, run } = node(createMemoryMeta())
  await schedules.create(scope, name, { settings: settings('rate(5 minutes)') })
  const off = settings('rate(5 minutes)', { enabled: false })
  await schedules.create(scope, { ...name, name: 'off' }, { settings: off })
  await run(11 * MINUTE_MS)
  expect(taken.map(({ text }) => text)).toEqual([
    '2026-01-01T00:00:30Z',
    '2026-01-01T00:05:30Z',
    '2026-01-01T00:10:30Z',
  ])
})

test('an update that leaves the time as it is neither repeats nor moves it', async () => {
  const { schedules, taken, run, clock } = node(createMemoryMeta())
  await schedules.create(scope, name, { settings: settings('rate(5 minutes)') })
  await run(2 * MINUTE_MS)
  await schedules.replace(scope, name, settings('rate(5 minutes)', { description: 'new' }))
  await run(4 * MINUTE_MS)
  expect(taken).toHaveLength(2)
  await schedules.replace(scope, name, settings('rate(1 hour)'))
  await run(MINUTE_MS)
  expect(taken).toHaveLength(3)
  expect((await schedules.get(scope, name)).next?.atMs).toBeGreaterThan(clock.wallMs() + 3_000_000)
})

test('the times that passed while no server ran are made up for once', async () => {
  const meta = createMemoryMeta()
  await node(meta).schedules.create(scope, name, { settings: settings('cron(0/10 * * * ? *)') })
  const later = node(meta, START_MS + 3 * 86_400_000)
  await later.run(MINUTE_MS)
  expect(later.taken.map(({ text }) => text)).toEqual(['2026-01-01T00:10:00Z'])
  await later.run(10 * MINUTE_MS)
  expect(later.taken.at(-1)?.text).toBe('2026-01-04T00:10:00Z')
})

test('a firing that was noted before a crash reaches its target after it', async () => {
  const meta = createMemoryMeta()
  const before = node(meta)
  await before.schedules.create(scope, name, { settings: settings('rate(1 hour)') })
  const [due] = await before.schedules.due(1)
  if (due) await before.schedules.fire(due)
  // Whoever fires it again does nothing.
  if (due) await before.schedules.fire(due)
  const after = node(meta, START_MS + 1000)
  await after.run(MINUTE_MS)
  expect(after.taken).toHaveLength(1)
})

test('in a flexible window each time begins within it, once', async () => {
  const { schedules, taken, run } = node(createMemoryMeta())
  const windowed = settings('rate(1 minute)', { windowMinutes: 15 })
  await schedules.create(scope, name, { settings: windowed })
  await run(60 * MINUTE_MS)
  const times = taken.map(({ text }) => text)
  expect(new Set(times).size).toBe(times.length)
  expect(times.length).toBeGreaterThan(40)
  const expected = times.map((_, at) => new Date(START_MS + at * MINUTE_MS).toISOString())
  expect(times).toEqual(expected.map((text) => text.replace('.000', '')))
})

test('what fails is tried again, with a count, and reaches the target in the end', async () => {
  const { schedules, taken, failure, run } = node(createMemoryMeta())
  failure.error = new EngineError('unavailable', 'not now')
  const counted = settings(
    'at(2026-01-01T00:01:00)',
    {},
    { input: '<aws.scheduler.attempt-number>' },
  )
  await schedules.create(scope, name, { settings: counted })
  await run(31_000)
  expect(failure.attempts).toBeGreaterThan(0)
  delete failure.error
  const failed = failure.attempts
  await run(MINUTE_MS)
  expect(taken.map(({ text }) => text)).toEqual([String(failed + 1)])
})

test('after the last attempt the dead-letter queue gets it, with what went wrong', async () => {
  const { schedules, taken, failure, run, invocations } = node(createMemoryMeta())
  failure.error = new EngineError('unavailable', 'not now')
  const policy = { deadLetterArn, retriesMax: 2 }
  await schedules.create(scope, name, { settings: settings('at(2026-01-01T00:01:00)', {}, policy) })
  await run(5 * MINUTE_MS)
  expect(failure.attempts).toBe(3)
  expect(taken).toMatchObject([
    {
      arn: deadLetterArn,
      text: '2026-01-01T00:01:00Z',
      event: {
        attributes: {
          RETRY_ATTEMPTS: { text: '2' },
          EXHAUSTED_RETRY_CONDITION: { text: 'MaximumRetryAttempts' },
          ERROR_MESSAGE: { text: 'not now' },
          TARGET_ARN: { text: target },
        },
      },
    },
  ])
  expect(await invocations.nextDueMs()).toBeUndefined()
})

test('what is too old is given up, and what refuses is not tried again', async () => {
  const { schedules, taken, failure, run } = node(createMemoryMeta())
  failure.error = new EngineError('unavailable', 'not now')
  const aged = settings('at(2026-01-01T00:01:00)', {}, { deadLetterArn, ageSecondsMax: 60 })
  await schedules.create(scope, name, { settings: aged })
  await run(3 * MINUTE_MS)
  const exhausted = taken[0]?.event.attributes?.['EXHAUSTED_RETRY_CONDITION']
  expect(exhausted?.text).toBe('MaximumEventAgeInSeconds')
  failure.error = new ServiceError('QueueDoesNotExist', 'It is gone.')
  failure.attempts = 0
  await schedules.replace(scope, name, settings('at(2026-01-01T00:10:00)', {}, { deadLetterArn }))
  await run(10 * MINUTE_MS)
  expect(failure.attempts).toBe(1)
  expect(taken[1]?.event.attributes).toMatchObject({ ERROR_CODE: { text: 'QueueDoesNotExist' } })
  expect(taken[1]?.event.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION')
})

test('what is to go after its last time goes when that is over, not before', async () => {
  const { schedules, failure, run } = node(createMemoryMeta())
  failure.error = new EngineError('unavailable', 'not now')
  const once = settings('at(2026-01-01T00:01:00)', { deleteWhenDone: true })
  await schedules.create(scope, name, { settings: once })
  await run(MINUTE_MS)
  await expect(schedules.get(scope, name)).resolves.toBeDefined()
  delete failure.error
  await run(10 * MINUTE_MS)
  await expect(schedules.get(scope, name)).rejects.toThrow('does not exist')
})

test('a schedule that was changed during its last invocation stays', async () => {
  const { schedules, failure, taken, run } = node(createMemoryMeta())
  failure.error = new EngineError('unavailable', 'not now')
  const once = settings('at(2026-01-01T00:01:00)', { deleteWhenDone: true })
  await schedules.create(scope, name, { settings: once })
  await run(MINUTE_MS)
  await schedules.replace(
    scope,
    name,
    settings('at(2026-01-01T09:00:00)', { deleteWhenDone: true }),
  )
  delete failure.error
  await run(10 * MINUTE_MS)
  expect(taken).toHaveLength(1)
  await expect(schedules.get(scope, name)).resolves.toBeDefined()
})

test('a group takes its schedules with it, and takes none while it goes', async () => {
  const { schedules, groups, run } = node(createMemoryMeta())
  await groups.create(scope, 'nightly', {}, undefined)
  const inside = { group: 'nightly', name: 'a' }
  await schedules.create(scope, inside, { settings: settings('rate(1 day)') })
  await groups.startRemoval(scope, 'nightly')
  const create = schedules.create(
    scope,
    { ...inside, name: 'b' },
    { settings: settings('rate(1 day)') },
  )
  await expect(create).rejects.toThrow('is being deleted')
  await run(MINUTE_MS)
  await expect(groups.get(scope, 'nightly')).rejects.toThrow('does not exist')
  await expect(schedules.get(scope, inside)).rejects.toThrow('does not exist')
})

test('there are 500 groups at most, with the default one', async () => {
  const { groups } = node(createMemoryMeta())
  for (let at = 0; at < 499; at++) await groups.create(scope, `group-${at}`, {}, undefined)
  await expect(groups.create(scope, 'one-more', {}, undefined)).rejects.toThrow('quota')
})

test('the same request again makes nothing new; another of that name is refused', async () => {
  const { schedules } = node(createMemoryMeta())
  const request = { settings: settings('rate(1 day)'), clientToken: 'a' }
  await schedules.create(scope, name, request)
  await schedules.create(scope, name, request)
  const others = [
    { ...request, clientToken: 'b' },
    { ...request, settings: settings('rate(2 days)') },
  ]
  for (const other of others) {
    await expect(schedules.create(scope, name, other)).rejects.toThrow('already exists')
  }
})
