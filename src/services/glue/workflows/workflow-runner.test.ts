import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { createCrawlers } from '../crawler/crawlers.ts'
import type { JobRun } from '../jobs/job-run.ts'
import { createJobRuns } from '../jobs/job-runs.ts'
import { createJobs } from '../jobs/jobs.ts'
import { limits } from '../limits.ts'
import { createScheduler } from '../triggers/scheduler.ts'
import type { TriggerDefinition } from '../triggers/triggers.ts'
import { createTriggers } from '../triggers/triggers.ts'
import { createWorkflowActions } from './workflow-actions.ts'
import { createWorkflowRunner } from './workflow-runner.ts'
import { createWorkflowRuns } from './workflow-runs.ts'
import { createWorkflowTarget } from './workflow-target.ts'
import { createWorkflows } from './workflows.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const sender = { principal: 'events.amazonaws.com', sourceArn: 'arn:rule', scope }
const arn = 'arn:aws:glue:eu-west-1:111122223333:workflow/w'

/** A node on the given store, whose jobs end when the test says so. */
function node(meta: MetaStore = createMemoryMeta(), time = createVirtualClock()) {
  const { clock } = time
  const deps = { meta, clock, random: createSeededRandom(3), events: silentServiceEvents }
  const begun: JobRun[] = []
  const jobs = createJobs(deps)
  const runs = createJobRuns({
    ...{ ...deps, jobs },
    onStart: async (at, job, id) => void begun.push(await runs.get(at, job, id)),
  })
  const crawlers = createCrawlers({ ...deps, onStart: () => {} })
  const triggers = createTriggers(deps)
  const workflows = createWorkflows(deps)
  const log = silentLogger
  const leases = createLeases({ meta, clock, owner: 'node', log })
  const background = createBackground({ ...deps, leases, log, metrics: silentMetrics })
  const actions = createWorkflowActions({ workflows, jobs, runs, crawlers, clock })
  const runner = createWorkflowRunner({ workflows, actions, background })
  const workflowRuns = createWorkflowRuns({
    ...{ ...deps, workflows, triggers },
    onChange: runner.launch,
  })
  const nouns = { triggers, crawlers, jobs, runs, workflowRuns }
  const scheduler = createScheduler({ ...nouns, background, clock, log })
  const target = createWorkflowTarget({ workflows, triggers, scheduler })
  const stop = new AbortController()

  return {
    ...{ ...nouns, ...time, workflows, target, begun },
    start: () => void Promise.all([runner.start(stop.signal), scheduler.start(stop.signal)]),
    stop: () => stop.abort(),
    /** As the runner of jobs does it. */
    async end(run: JobRun, state: 'SUCCEEDED' | 'FAILED' | 'STOPPED') {
      await runs.finish(scope, run.job, run.id, { state })
      if (run.step) await workflowRuns.onEnd(scope, run.step, { state })
      await jobs.leave(scope, run.job, run.id)
    },
    send: (eventId: string) => target.deliver(arn, { body: Buffer.from('{}'), eventId }, sender),
    all: () => workflows.runs(scope, 'w', { limit: 100 }),
  }
}

type Node = ReturnType<typeof node>

const job = (name: string) => ({ kind: 'job', name }) as const

const starting: TriggerDefinition = {
  ...{ name: 'start', type: 'ON_DEMAND', workflow: 'w' },
  actions: [{ ...job('a'), arguments: { '--x': '1' } }],
}

const then: TriggerDefinition = {
  ...{ name: 'then', type: 'CONDITIONAL', workflow: 'w', actions: [job('b')] },
  predicate: { logical: 'AND', conditions: [{ ...job('a'), state: 'SUCCEEDED' }] },
}

async function define({ workflows, triggers, jobs }: Node, start = starting, runsMax?: number) {
  for (const name of ['a', 'b']) {
    await jobs.create(scope, {
      ...{ name, role: 'r', command: { name: 'pythonshell', scriptLocation: 's3://b/k' } },
      ...{ defaultArguments: {}, fixedArguments: {}, retriesMax: 0, runsMax: 5 },
      ...{ glueVersion: '5.1', capacity: { timeoutMinutes: 1, dpuMax: 1 } },
    })
  }
  const properties = { kept: 'yes' }
  await workflows.create(scope, { name: 'w', properties, ...(runsMax && { runsMax }) })
  await triggers.create(scope, start, false)
  await triggers.create(scope, then, true)
}

const onEvents = (size: number, windowSeconds = 60): TriggerDefinition => ({
  ...{ name: 'start', type: 'EVENT', workflow: 'w', actions: [job('a')] },
  batching: { size, windowSeconds },
})

test('a run starts its jobs with its name, then what waits for them, and is complete', async () => {
  const one = node()
  await define(one)
  one.start()
  const id = await one.workflowRuns.start(scope, 'w', { given: 'too' })
  await one.advance(100)
  expect(one.begun).toMatchObject([
    {
      ...{ job: 'a', triggerName: 'start' },
      arguments: { '--x': '1', '--WORKFLOW_NAME': 'w', '--WORKFLOW_RUN_ID': id },
    },
  ])
  await one.end(one.begun[0] as JobRun, 'SUCCEEDED')
  await one.advance(100)
  expect(one.begun[1]).toMatchObject({ job: 'b', triggerName: 'then' })
  await one.end(one.begun[1] as JobRun, 'SUCCEEDED')
  await one.advance(100)
  expect(await one.all()).toMatchObject([
    { id, state: 'COMPLETED', properties: { kept: 'yes', given: 'too' } },
  ])
  expect((await one.workflows.get(scope, 'w')).activeRuns).toEqual([])
  one.stop()
})

test('a run that began before a crash goes on after it, each job started once', async () => {
  const meta = createMemoryMeta()
  const before = node(meta)
  await define(before)
  await before.workflowRuns.start(scope, 'w', {})
  expect(before.begun).toEqual([])
  const after = node(meta)
  after.start()
  await after.advance(10_000)
  expect(after.begun.map((run) => run.job)).toEqual(['a'])
  after.stop()
})

test('as many runs as there may be, and not one more; what a trigger starts is written down', async () => {
  const one = node()
  await define(one, starting, 1)
  one.start()
  await one.workflowRuns.start(scope, 'w', {})
  await expect(one.workflowRuns.start(scope, 'w', {})).rejects.toMatchObject({
    code: 'ConcurrentRunsExceededException',
    message: 'Concurrent runs exceeded for workflow: w.',
  })
  await one.advance(10)
  await one.triggers.start(scope, 'start')
  await one.advance(3000)
  expect((await one.all()).map(({ state, error }) => [state, error])).toEqual([
    ['ERROR', 'Concurrent runs exceeded for workflow: w.'],
    ['RUNNING', undefined],
  ])
  await one.end(one.begun[0] as JobRun, 'FAILED')
  await one.workflowRuns.start(scope, 'w', {})
  one.stop()
})

test('a stop ends what runs and starts nothing more', async () => {
  const one = node()
  await define(one)
  one.start()
  const id = await one.workflowRuns.start(scope, 'w', {})
  await one.advance(100)
  await one.workflowRuns.stop(scope, 'w', id)
  await one.advance(100)
  const [first] = one.begun as [JobRun]
  expect((await one.runs.get(scope, 'a', first.id)).state).toBe('STOPPING')
  await one.end(first, 'STOPPED')
  await one.advance(100)
  expect(await one.all()).toMatchObject([{ state: 'STOPPED', actions: [{ state: 'STOPPED' }] }])
  await expect(one.workflowRuns.stop(scope, 'w', id)).rejects.toMatchObject({
    code: 'IllegalWorkflowStateException',
  })
  one.stop()
})

test('an action whose job is not there, or goes away, is an error of its own', async () => {
  const one = node()
  await define(one, { ...starting, actions: [job('missing'), job('a')] })
  one.start()
  await one.workflowRuns.start(scope, 'w', {})
  await one.advance(100)
  await one.runs.removeAll(scope, 'a')
  await one.advance(12_000)
  const [run] = await one.all()
  expect(run?.actions).toMatchObject([
    { state: 'ERROR', error: 'Job missing not found.' },
    { state: 'ERROR' },
  ])
  expect(run?.state).toBe('COMPLETED')
  one.stop()
})

test('events start a run when they are enough; one that comes twice counts once', async () => {
  const one = node()
  await define(one, onEvents(3))
  one.start()
  for (const id of ['e1', 'e2', 'e2', 'e1']) await one.send(id)
  await one.advance(10_000)
  expect(await one.all()).toEqual([])
  await one.send('e3')
  await one.send('e3')
  expect(await one.all()).toMatchObject([
    { batch: { size: 3 }, properties: { 'aws:eventIds': '[e1, e2, e3]' } },
  ])
  one.stop()
})

test('the window begins with the first event, and its end starts a run of those that came', async () => {
  const one = node()
  await define(one, onEvents(3, 60))
  one.start()
  await one.advance(100_000)
  await one.send('e1')
  await one.advance(57_000)
  expect(await one.all()).toEqual([])
  await one.advance(6000)
  expect(await one.all()).toMatchObject([
    { batch: { windowSeconds: 60 }, properties: { 'aws:eventIds': '[e1]' } },
  ])
  one.stop()
})

test('events that were taken before a crash start their run after it, once', async () => {
  const meta = createMemoryMeta()
  const before = node(meta)
  await define(before, onEvents(2))
  await before.triggers.gather(scope, 'start', 'e1')
  await before.triggers.gather(scope, 'start', 'e2')
  const after = node(meta)
  after.start()
  await after.advance(10_000)
  await after.send('e2')
  await after.advance(10_000)
  expect(await after.all()).toHaveLength(1)
  after.stop()
})

test(`${limits.firingsMax} batches wait for their runs, and the next is told to come later`, async () => {
  const one = node()
  await define(one, onEvents(1))
  const gather = (at: number) => one.triggers.gather(scope, 'start', `e${at}`)
  for (let at = 0; at < limits.firingsMax; at++) await gather(at)
  await expect(gather(limits.firingsMax)).rejects.toMatchObject({
    code: 'ThrottlingException',
    status: 429,
  })
})

test('a workflow without an EVENT trigger takes no events', async () => {
  const one = node()
  await define(one)
  await expect(one.send('e')).rejects.toMatchObject({ code: 'EntityNotFoundException' })
})

test('run properties up to the limit are kept, and one byte more is refused', async () => {
  const one = node()
  await define(one)
  const of = (sizeBytes: number) => ({ kept: 'x'.repeat(sizeBytes - 'kept'.length) })
  const id = await one.workflowRuns.start(scope, 'w', of(limits.runPropertiesBytesMax))
  await one.workflowRuns.putProperties(scope, 'w', id, of(limits.runPropertiesBytesMax))
  const more = of(limits.runPropertiesBytesMax + 1)
  const refusal = { code: 'ResourceNumberLimitExceededException' }
  await expect(one.workflowRuns.putProperties(scope, 'w', id, more)).rejects.toMatchObject(refusal)
  await expect(one.workflowRuns.start(scope, 'w', more)).rejects.toMatchObject(refusal)
})

test(`${limits.workflowsMax} workflows are kept, and one more is refused`, async () => {
  const { workflows } = node()
  const create = (at: number) => workflows.create(scope, { name: `w${at}`, properties: {} })
  for (let at = 0; at < limits.workflowsMax; at++) await create(at)
  await expect(create(limits.workflowsMax)).rejects.toMatchObject({
    code: 'ResourceNumberLimitExceededException',
  })
})
