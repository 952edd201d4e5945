import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openTestQuery } from '../../../test/support/duckdb.ts'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../test/support/memory-objects.ts'
import { systemClock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import { silentLogger } from '../../base/logger.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { systemRandom } from '../../base/random.ts'
import { silentServiceEvents } from '../../base/service-events.ts'
import { createBackground } from '../../engines/meta/background.ts'
import { createLeases } from '../../engines/meta/leases.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { openNodeScratch } from '../../engines/node-scratch.ts'
import type { QueryEngine } from '../../engines/query/port.ts'
import type { RequestContext } from '../../wire/operation.ts'
import { createCatalog } from '../glue/catalog-store.ts'
import { createExecutions } from './executions.ts'
import { createAthenaService } from './service.ts'

const clock = systemClock
const random = systemRandom
const log = silentLogger
const objects = createMemoryObjects(clock)
const engine = openTestQuery()
const scope = { accountId: '111111111111', region: 'us-east-1' }
const context = scope as RequestContext

afterAll(() => engine.close())

/** A server's worth of Athena over a store; `stop` is its orderly end. */
async function start(meta: MetaStore, query: QueryEngine = engine) {
  const leases = createLeases({ meta, clock, owner: random.uuid(), log })
  const background = createBackground({ leases, clock, random, log, metrics: silentMetrics })
  const directory = mkdtempSync(join(tmpdir(), 'headrace-athena-'))
  const service = createAthenaService({
    meta,
    query,
    scratch: await openNodeScratch(directory, random),
    catalog: createCatalog({ meta, clock, events: silentServiceEvents }),
    objects,
    background,
    clock,
    random,
    events: silentServiceEvents,
    log,
  })
  const stopping = new AbortController()
  const running = service.start?.(stopping.signal)
  const call = (name: string, input: object) =>
    service.operations.get(name)?.run(input, context) as Promise<Record<string, unknown>>
  const statusOf = async (id: string) => {
    const answer = await call('GetQueryExecution', { QueryExecutionId: id })
    return (answer['QueryExecution'] as { Status: { State: string; StateChangeReason?: string } })
      .Status
  }
  return {
    statusOf,
    async submit(sql: string): Promise<string> {
      const ResultConfiguration = { OutputLocation: 's3://results/' }
      const answer = await call('StartQueryExecution', { QueryString: sql, ResultConfiguration })
      return String(answer['QueryExecutionId'])
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

const waiting = { timeout: 20_000, interval: 20 }

test('a query that ran when its server died is FAILED after the restart, a queued one runs', async () => {
  const meta = createMemoryMeta()
  const executions = createExecutions({ meta, clock, random, events: silentServiceEvents })
  const left = {
    workgroup: 'primary',
    sql: 'SELECT 1',
    runnable: { sql: 'SELECT 1' },
    statementType: 'DML',
    substatementType: 'SELECT',
    outputPrefix: 's3://results/',
    outputLocationOf: (id: string) => `s3://results/${id}.csv`,
  } as const
  const interrupted = await executions.create(scope, left)
  await executions.begin(scope, interrupted.id)
  const queued = await executions.create(scope, left)

  const server = await start(meta)
  await expect.poll(() => server.statusOf(queued.id), waiting).toMatchObject({ State: 'SUCCEEDED' })
  expect(await server.statusOf(interrupted.id)).toMatchObject({
    State: 'FAILED',
    StateChangeReason: expect.stringContaining('interrupted'),
  })
  await server.stop()
})

test('a query under way when its server stops in order is told of by the next one', async () => {
  const meta = createMemoryMeta()
  const first = await start(meta)
  const id = await first.submit(
    'SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x), UNNEST(sequence(1, 10000)) AS b(y), UNNEST(sequence(1, 10000)) AS c(z) WHERE x % 7 = y % 11 + z % 3',
  )
  await expect.poll(() => first.statusOf(id), waiting).toMatchObject({ State: 'RUNNING' })
  await first.stop()
  const second = await start(meta)
  await expect.poll(() => second.statusOf(id), waiting).toMatchObject({ State: 'FAILED' })
  await second.stop()
})

test('an engine that fails makes the query FAILED with a reason, never SUCCEEDED', async () => {
  const broken: QueryEngine = {
    ...engine,
    open: () => Promise.reject(new EngineError('unavailable', 'the query process ended (SIGKILL)')),
  }
  const server = await start(createMemoryMeta(), broken)
  const id = await server.submit('SELECT 1')
  await expect
    .poll(() => server.statusOf(id), waiting)
    .toMatchObject({
      State: 'FAILED',
      StateChangeReason: 'the query process ended (SIGKILL)',
      AthenaError: { ErrorCategory: 1, Retryable: true },
    })
  await server.stop()
})

test('a query beyond what its workgroup lets it scan is cancelled and leaves no result', async () => {
  const meta = createMemoryMeta()
  const server = await start(meta)
  await objects.put(scope, { bucket: 'data', key: 't/a.csv', body: Buffer.from('1\n'.repeat(50)) })
  const define = await server.submit(
    "CREATE EXTERNAL TABLE t (a int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://data/t/'",
  )
  await expect.poll(() => server.statusOf(define), waiting).toMatchObject({ State: 'SUCCEEDED' })
  const executions = createExecutions({ meta, clock, random, events: silentServiceEvents })
  const limited = await executions.create(scope, {
    workgroup: 'primary',
    sql: 'SELECT sum(a) FROM t',
    runnable: { sql: 'SELECT sum(a) FROM t' },
    statementType: 'DML',
    bytesMax: 99,
    outputPrefix: 's3://results/',
    outputLocationOf: (id) => `s3://results/${id}.csv`,
  })
  await server.stop()
  const next = await start(meta)
  await expect
    .poll(() => next.statusOf(limited.id), waiting)
    .toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: 'Bytes scanned limit was exceeded',
    })
  expect(objects.keys()).not.toContain(limited.outputLocation)
  await next.stop()
})
