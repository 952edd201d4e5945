import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../../test/support/memory-objects.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { createSeededRandom, systemRandom } from '../../../base/random.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import type { ComputeEngine, JobEnd, JobSpec } from '../../../engines/compute/port.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { openNodeScratch } from '../../../engines/node-scratch.ts'
import type { QueryEngine } from '../../../engines/query/port.ts'
import { createCatalog } from '../catalog-store.ts'
import { createBookmarks } from './bookmarks.ts'
import type { JobDefinition } from './job-definition.ts'
import type { JobRun } from './job-run.ts'
import { createJobRunner } from './job-runner.ts'
import { createJobRuns } from './job-runs.ts'
import { createJobs } from './jobs.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const clock = systemClock

/**
 * One process of the server on the given store; scripts end as `script` says, or run until stopped.
 */
async function node(meta: MetaStore, script: (spec: JobSpec) => Promise<JobEnd> | JobEnd) {
  const random = createSeededRandom(9)
  const objects = createMemoryObjects(clock)
  await objects.put(scope, { bucket: 'b', key: 'job.py', body: Buffer.from('pass') })
  const root = mkdtempSync(join(tmpdir(), 'headrace-runner-'))
  const specs: JobSpec[] = []
  const lines: string[] = []
  const compute = {
    capabilities: { runtimes: [], python: { path: 'python3', version: '3.11' } },
    async start(spec: JobSpec) {
      specs.push(spec)
      const requests = new PassThrough()
      let stop: (end: JobEnd) => void = () => undefined
      const stopped = new Promise<JobEnd>((resolve) => {
        stop = resolve
      })
      const ended = Promise.race([Promise.resolve(script(spec)), stopped]).finally(() =>
        requests.end(),
      )
      return {
        requests,
        respond: () => undefined,
        stop: () => stop({ kind: 'killed', reason: 'stopped' }),
        ended,
      }
    },
  } as unknown as ComputeEngine
  const log = silentLogger
  const leases = createLeases({ meta, clock, owner: systemRandom.uuid(), log })
  const background = createBackground({ leases, clock, random, log, metrics: silentMetrics })
  const jobs = createJobs({ meta, clock })
  const runs = createJobRuns({
    events: silentServiceEvents,
    ...{ meta, clock, random, jobs },
    onStart: (...run) => runner.launch(...run),
  })
  const over: JobRun[] = []
  const runner = createJobRunner({
    ...{ jobs, runs, background, clock, random, log, objects, compute },
    catalog: createCatalog({ meta, clock, events: silentServiceEvents }),
    query: {} as QueryEngine,
    bookmarks: createBookmarks(meta),
    queryMemoryBytes: 1e9,
    scratch: await openNodeScratch(root, random),
    sessions: {
      issue: () => ({
        accessKeyId: 'ASIA1',
        secretAccessKey: 's',
        sessionToken: 't',
        expiresMs: 0,
      }),
    },
    logs: {
      append: async (_scope, { group }, events) => {
        lines.push(...events.map(({ message }) => `${group}: ${message}`))
      },
    },
    pythonPath: '/python',
    endpointUrl: () => 'http://127.0.0.1:1',
    onEnd: async (_scope, run) => void over.push(run),
  })
  return { jobs, runs, runner, specs, lines, over }
}

const etl: JobDefinition = {
  name: 'etl',
  role: 'r',
  command: { name: 'glueetl', scriptLocation: 's3://b/job.py' },
  defaultArguments: { '--a': '1', '--b': '1', '--enable-metrics': '' },
  fixedArguments: { '--c': '3' },
  retriesMax: 0,
  runsMax: 1,
  capacity: { timeoutMinutes: 5, dpuMax: 2, workerType: 'G.1X', workerCount: 2 },
}

const state = (run: JobRun | undefined) => run?.state

test('a run gets its arguments, session and memory, and ends as its script does', async () => {
  const server = await node(createMemoryMeta(), (spec) => {
    void spec.onLog('hello', 'stdout')
    return { kind: 'exited', code: 0 }
  })
  await server.jobs.create(scope, etl)
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  const job = await server.jobs.get(scope, 'etl')
  const { id } = await server.runs.start(scope, job, { arguments: { '--b': '2', '--c': '2' } })
  await expect.poll(() => server.over.length).toBe(1)
  expect(state(await server.runs.find(scope, 'etl', id))).toBe('SUCCEEDED')
  const [spec] = server.specs
  expect(spec?.arguments.slice(0, 3)).toEqual(['-u', '-m', 'headrace_job'])
  expect(spec?.arguments.slice(4)).toEqual(
    `--JOB_NAME etl --JOB_RUN_ID ${id} --JOB_ID j_etl --a 1 --b 2 --enable-metrics  --c 3`.split(
      ' ',
    ),
  )
  expect(spec).toMatchObject({
    memoryBytes: 16 * 1024 ** 3,
    timeoutMs: 300_000,
    environment: { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
  })
  expect(server.lines).toContain('/aws-glue/jobs/output: hello')
  expect(server.lines).toContain('/aws-glue/jobs/error: --enable-metrics has no effect here')
  expect((await server.jobs.get(scope, 'etl')).activeRuns).toEqual([])
  stop.abort()
  await serving
})

test('a run that was waiting when the server went down takes place after it comes up', async () => {
  const meta = createMemoryMeta()
  const before = await node(meta, () => ({ kind: 'exited', code: 0 }))
  await before.jobs.create(scope, etl)
  const { id } = await before.runs.start(scope, await before.jobs.get(scope, 'etl'), {})
  expect(before.specs).toEqual([])
  const server = await node(meta, () => ({ kind: 'exited', code: 0 }))
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await expect.poll(async () => state(await server.runs.find(scope, 'etl', id))).toBe('SUCCEEDED')
  stop.abort()
  await serving
})

test('a run that was under way when the server went down has failed, and says so', async () => {
  const meta = createMemoryMeta()
  const before = await node(meta, () => new Promise(() => undefined))
  await before.jobs.create(scope, { ...etl, retriesMax: 1 })
  const down = new AbortController()
  const going = before.runner.start(down.signal)
  const { id } = await before.runs.start(scope, await before.jobs.get(scope, 'etl'), {})
  await expect.poll(() => before.specs.length).toBe(1)
  down.abort()
  await going
  expect(state(await before.runs.find(scope, 'etl', id))).toBe('RUNNING')

  const server = await node(meta, () => ({ kind: 'exited', code: 0 }))
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await expect.poll(() => server.over.length).toBe(1)
  expect(await server.runs.find(scope, 'etl', id)).toMatchObject({
    state: 'FAILED',
    error: expect.stringContaining('The server was stopped'),
  })
  expect(server.over).toMatchObject([{ id: `${id}_attempt_1`, attempt: 1, state: 'SUCCEEDED' }])
  stop.abort()
  await serving
})

test('a run that is stopped while it waits never starts its script', async () => {
  const meta = createMemoryMeta()
  const before = await node(meta, () => ({ kind: 'exited', code: 0 }))
  await before.jobs.create(scope, etl)
  const { id } = await before.runs.start(scope, await before.jobs.get(scope, 'etl'), {})
  await before.runs.stop(scope, 'etl', id)
  const server = await node(meta, () => ({ kind: 'exited', code: 0 }))
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await expect.poll(() => server.over.length).toBe(1)
  expect(server.over[0]?.state).toBe('STOPPED')
  expect(server.specs).toEqual([])
  stop.abort()
  await serving
})

test.each([
  [{ kind: 'killed', reason: 'timeout' }, 'TIMEOUT', 'longer than 5 minutes'],
  [{ kind: 'killed', reason: 'memory' }, 'FAILED', 'more memory'],
  [{ kind: 'exited', code: 3 }, 'FAILED', 'SystemExit: 3'],
] as const)('an end by %o is %s', async (end, expected, message) => {
  const server = await node(createMemoryMeta(), () => end)
  await server.jobs.create(scope, etl)
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await server.runs.start(scope, await server.jobs.get(scope, 'etl'), {})
  await expect.poll(() => server.over.length).toBe(1)
  expect(server.over[0]).toMatchObject({ state: expected, error: expect.stringContaining(message) })
  stop.abort()
  await serving
})
