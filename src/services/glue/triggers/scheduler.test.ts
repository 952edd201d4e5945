import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Crawlers } from '../crawler/crawlers.ts'
import { createCrawlers } from '../crawler/crawlers.ts'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { WorkflowRuns } from '../workflows/workflow-runs.ts'
import { createScheduler } from './scheduler.ts'
import type { TriggerDefinition } from './triggers.ts'
import { createTriggers } from './triggers.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const START_MS = Date.UTC(2026, 0, 1, 0, 0, 30)

/** A node on the given store; `started` collects the runs that it starts. */
function node(meta: MetaStore, time = createVirtualClock(START_MS)) {
  const { clock } = time
  const random = createSeededRandom(3)
  const started: { job: string; id: string; trigger: string | undefined }[] = []
  const crawled: string[] = []
  const triggers = createTriggers({ meta, clock })
  const crawlers: Crawlers = createCrawlers({
    events: silentServiceEvents,
    ...{ meta, clock, random },
    onStart: (_scope, name) => void crawled.push(name),
  })
  const log = silentLogger
  const leases = createLeases({ meta, clock, owner: 'node', log })
  const background = createBackground({ leases, clock, random, log, metrics: silentMetrics })
  const jobs = {
    get: async (_scope: unknown, name: string) => {
      if (name === 'missing') throw new ServiceError('EntityNotFoundException', 'no such job')
      return { name }
    },
  } as unknown as Jobs
  const runs = {
    start: async (
      _scope: unknown,
      job: { name: string },
      request: { id: string; triggerName: string },
    ) => {
      started.push({ job: job.name, id: request.id, trigger: request.triggerName })
    },
  } as unknown as JobRuns
  const workflowRuns = {} as WorkflowRuns
  const own = { triggers, crawlers, jobs, runs, workflowRuns }
  const deps = { ...own, background, clock, log }
  return { ...time, triggers, crawlers, started, crawled, scheduler: createScheduler(deps) }
}

const often: TriggerDefinition = {
  name: 'often',
  type: 'SCHEDULED',
  schedule: 'cron(0/10 * * * ? *)',
  actions: [{ kind: 'job', name: 'etl' }],
}

test('a schedule fires at each of its times and at no other', async () => {
  const { triggers, scheduler, started, advance } = node(createMemoryMeta())
  await triggers.create(scope, often, true)
  const stop = new AbortController()
  const running = scheduler.start(stop.signal)
  await advance(9 * 60_000)
  expect(started).toEqual([])
  await advance(60_000)
  expect(started).toMatchObject([{ job: 'etl', trigger: 'often' }])
  await advance(10 * 60_000)
  expect(started).toHaveLength(2)
  await triggers.stop(scope, 'often')
  await advance(30 * 60_000)
  expect(started).toHaveLength(2)
  stop.abort()
  await running
})

test('a time that passed while no server ran is made up for, once', async () => {
  const meta = createMemoryMeta()
  const before = node(meta)
  await before.triggers.create(scope, often, true)
  const after = node(meta, createVirtualClock(START_MS + 3 * 86_400_000))
  const stop = new AbortController()
  const running = after.scheduler.start(stop.signal)
  await after.advance(10_000)
  expect(after.started).toHaveLength(1)
  stop.abort()
  await running
})

test('a firing that was noted before a crash starts its runs after it, under the same ids', async () => {
  const meta = createMemoryMeta()
  const before = node(meta)
  await before.triggers.create(scope, { ...often, type: 'ON_DEMAND' }, false)
  await before.triggers.start(scope, 'often')
  const expected = node(meta)
  await expected.scheduler.fire(scope, 'often')
  expect(expected.started).toHaveLength(1)
  await expected.scheduler.fire(scope, 'often')
  expect(expected.started).toHaveLength(1)
})

const after = (logical: 'AND' | 'ANY'): TriggerDefinition => ({
  name: 'after',
  type: 'CONDITIONAL',
  actions: [{ kind: 'job', name: 'next' }],
  predicate: {
    logical,
    conditions: [
      { kind: 'job', name: 'a', state: 'SUCCEEDED' },
      { kind: 'crawler', name: 'c', state: 'SUCCEEDED' },
    ],
  },
})

const ended = (kind: 'job' | 'crawler', name: string, id: string, state = 'SUCCEEDED') =>
  ({ kind, name, id, state }) as const

test('AND waits for all its conditions, and begins anew after it fired', async () => {
  const { triggers, scheduler, started } = node(createMemoryMeta())
  await triggers.create(scope, after('AND'), true)
  await scheduler.onEvent(scope, ended('job', 'a', '1'))
  await scheduler.onEvent(scope, ended('job', 'a', '2'))
  await scheduler.onEvent(scope, ended('crawler', 'c', '3', 'FAILED'))
  expect(started).toEqual([])
  await scheduler.onEvent(scope, ended('crawler', 'c', '4'))
  expect(started).toHaveLength(1)
  await scheduler.onEvent(scope, ended('crawler', 'c', '4'))
  await scheduler.onEvent(scope, ended('crawler', 'c', '5'))
  expect(started).toHaveLength(1)
  await scheduler.onEvent(scope, ended('job', 'a', '6'))
  expect(started).toHaveLength(2)
})

test('ANY fires for each event once, and ends at the same time are not lost', async () => {
  const { triggers, scheduler, started } = node(createMemoryMeta())
  await triggers.create(scope, after('ANY'), true)
  const events = [ended('job', 'a', '1'), ended('crawler', 'c', '2'), ended('job', 'a', '1')]
  await Promise.all(events.map((event) => scheduler.onEvent(scope, event)))
  expect(new Set(started.map(({ id }) => id)).size).toBe(2)
})

test('an action that cannot be started does not hold back the others', async () => {
  const { triggers, scheduler, started } = node(createMemoryMeta())
  const actions = [
    { kind: 'job', name: 'missing' },
    { kind: 'crawler', name: 'missing' },
    { kind: 'job', name: 'etl' },
  ] as const
  await triggers.create(scope, { name: 'now', type: 'ON_DEMAND', actions }, false)
  await triggers.start(scope, 'now')
  await scheduler.fire(scope, 'now')
  expect(started).toMatchObject([{ job: 'etl' }])
  expect((await triggers.get(scope, 'now')).firings).toEqual([])
})

test('the schedule of a crawler starts it', async () => {
  const { crawlers, crawled, scheduler, advance } = node(createMemoryMeta())
  await crawlers.create(scope, {
    name: 'lake',
    role: 'r',
    targets: [],
    database: 'd',
    classifiers: [],
    tablePrefix: '',
    schedule: 'cron(0/10 * * * ? *)',
    update: 'LOG',
    remove: 'LOG',
    recrawl: 'CRAWL_EVERYTHING',
  })
  const stop = new AbortController()
  const running = scheduler.start(stop.signal)
  await advance(11 * 60_000)
  expect(crawled).toEqual(['lake'])
  // It still runs: the next time is passed over.
  await advance(10 * 60_000)
  expect(crawled).toEqual(['lake'])
  stop.abort()
  await running
})
