import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Scope } from '../../base/scope.ts'
import type { WorkLauncher } from '../glue/work-launcher.ts'
import { parseStatement } from './dialect/parse-statement.ts'
import { tokenize } from './dialect/tokens.ts'
import type { Execution, ExecutionEnd, Executions } from './executions.ts'
import { hasEnded } from './executions.ts'
import { limits } from './limits.ts'
import type { FailureReport } from './query-failure.ts'
import { reportOf } from './query-failure.ts'
import { writeFailure, writeResult } from './result-writer.ts'
import { DdlFailure } from './run/ddl-failure.ts'
import type { Outcome } from './run/outcome.ts'
import type { RunDeps } from './run/run-statement.ts'
import { runStatement } from './run/run-statement.ts'

/** Runs executions in the background, each once. */
export interface ExecutionRunner {
  launch(scope: Scope, id: string): void
  /** Ends a queued or running execution as CANCELLED; nothing happens to one that has ended. */
  stop(scope: Scope, id: string): Promise<void>
  /** Ends what a dead server left running, runs what it left queued. */
  recover(): Promise<void>
}

/** The database of statements that name none. AWS: Athena makes it when it is not there. */
const DEFAULT_DATABASE = 'default'

class ScanLimitError extends Error {
  override readonly name = 'ScanLimitError'
}

export interface RunnerDeps extends RunDeps {
  readonly executions: Executions
  readonly launcher: WorkLauncher
  readonly clock: Clock
  readonly log: Logger
}

export function createExecutionRunner(deps: RunnerDeps): ExecutionRunner {
  const { executions, launcher, clock } = deps
  /** Those that run here, by id, so that a stop reaches them. */
  const running = new Map<string, AbortController>()

  function launch(scope: Scope, id: string): void {
    launcher.launch({
      name: `athena/execution/${scope.accountId}/${scope.region}/${id}`,
      round: async (signal) => {
        await run(scope, id, signal)
        return 'done'
      },
    })
  }

  async function run(scope: Scope, id: string, signal: AbortSignal): Promise<void> {
    const execution = await executions.get(scope, id)
    if (!execution || hasEnded(execution.state)) {
      await executions.end(scope, id, { state: 'CANCELLED' })
      return
    }
    if (execution.state === 'RUNNING') {
      const message = 'The query was interrupted: the server stopped while it ran'
      const failure = { message, category: 1, type: 100, retryable: true } as const
      await executions.end(scope, id, { state: 'FAILED', reason: message, failure })
      return
    }
    const stopping = new AbortController()
    running.set(id, stopping)
    const timing = createTiming(clock, execution)
    const timer = new AbortController()
    void clock.sleep(limits.queryTimeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) stopping.abort(TIMED_OUT)
    })
    try {
      const either = AbortSignal.any([signal, stopping.signal])
      const end = await attempt(deps, scope, execution, timing, stopping, either)
      await executions.end(scope, id, end)
    } catch (error) {
      // The server is stopping: its successor ends what it finds running.
      if (signal.aborted) return
      const end = await failed(deps, scope, execution, timing, stopping.signal, error)
      await executions.end(scope, id, end)
    } finally {
      timer.abort()
      running.delete(id)
    }
  }

  return {
    launch,
    async stop(scope, id) {
      const execution = await executions.find(scope, id)
      if (hasEnded(execution.state)) return
      await executions.end(scope, id, { state: 'CANCELLED', reason: 'Query cancelled by user' })
      running.get(id)?.abort()
    },
    async recover() {
      for await (const { scope, id } of executions.active()) launch(scope, id)
    },
  }
}

async function attempt(
  deps: RunnerDeps,
  scope: Scope,
  execution: Execution,
  timing: Timing,
  stopping: AbortController,
  signal: AbortSignal,
): Promise<ExecutionEnd> {
  const { sql, parameters } = execution.runnable
  const statement = parseStatement(sql, parameters)
  const database = (execution.database ?? DEFAULT_DATABASE).toLowerCase()
  if (database === DEFAULT_DATABASE) await ensureDefaultDatabase(deps, scope)
  const onStart = async () => {
    timing.started()
    // Stopped while it waited: it must not run.
    if (!(await deps.executions.begin(scope, execution.id))) stopping.abort()
    signal.throwIfAborted()
  }
  const expectScanned = (bytes: number) => {
    timing.scanned(bytes)
    if (execution.bytesMax !== undefined && bytes > execution.bytesMax) throw new ScanLimitError()
  }
  const keep = async (outcome: Outcome): Promise<ExecutionEnd> => {
    signal.throwIfAborted()
    timing.ran()
    const manifestLocation = await writeResult(deps.objects, scope, execution, outcome)
    return {
      state: 'SUCCEEDED',
      columns: outcome.columns,
      statistics: timing.statistics(),
      ...(outcome.updateCount !== undefined && { updateCount: outcome.updateCount }),
      ...(manifestLocation !== undefined && { manifestLocation }),
    }
  }
  const run = { ...execution, scope, executionId: execution.id, database, statement }
  return runStatement(deps, { ...run, onStart, expectScanned }, keep, signal)
}

async function failed(
  deps: RunnerDeps,
  scope: Scope,
  execution: Execution,
  timing: Timing,
  stopping: AbortSignal,
  error: unknown,
): Promise<ExecutionEnd> {
  const statistics = timing.statistics()
  if (error instanceof ScanLimitError) {
    // AWS: exceeding the limit of the workgroup cancels the query.
    return { state: 'CANCELLED', reason: 'Bytes scanned limit was exceeded', statistics }
  }
  if (stopping.aborted && stopping.reason !== TIMED_OUT) {
    return { state: 'CANCELLED', reason: 'Query cancelled by user', statistics }
  }
  const failure: FailureReport = stopping.aborted
    ? { message: 'Query timeout', category: 1, type: 206, retryable: false }
    : explain(error, execution.runnable.sql)
  const { log } = deps
  if (failure.category === 1) log.error({ err: error, executionId: execution.id }, 'query failed')
  await writeFailure(deps.objects, scope, execution, failure.message).catch((cause: unknown) => {
    log.warn({ err: cause, executionId: execution.id }, 'the failure could not be written')
  })
  return { state: 'FAILED', reason: failure.message, failure, statistics }
}

const TIMED_OUT = 'timed out'

function explain(error: unknown, sql: string): FailureReport {
  if (error instanceof DdlFailure) {
    return { message: error.message, category: 2, type: error.type, retryable: false }
  }
  return reportOf(error, (name) => placeOf(sql, name))
}

/** Where the statement first names something: `line 1:8`. */
function placeOf(sql: string, name: string): string | undefined {
  const found = tokenize(sql).find(
    ({ kind, text }) =>
      (kind === 'word' || kind === 'quoted') && text.toLowerCase() === name.toLowerCase(),
  )
  return found && `line ${found.line}:${found.column}`
}

async function ensureDefaultDatabase(deps: RunDeps, scope: Scope): Promise<void> {
  const databases = await deps.catalog.databases(scope)
  if (databases.some(({ name }) => name === DEFAULT_DATABASE)) return
  try {
    const description = 'Default Hive database'
    await deps.catalog.createDatabase(scope, { name: DEFAULT_DATABASE, description })
  } catch (error) {
    // Another query made it in the meantime.
    const now = await deps.catalog.databases(scope)
    if (!now.some(({ name }) => name === DEFAULT_DATABASE)) throw error
  }
}

interface Timing {
  started(): void
  ran(): void
  scanned(bytes: number): void
  statistics(): NonNullable<Execution['statistics']>
}

/** The times that GetQueryExecution shows, from where they happen. */
function createTiming(clock: Clock, { submittedMs }: Execution): Timing {
  const takenMs = clock.monotonicMs()
  const servicePreMs = Math.max(0, clock.wallMs() - submittedMs)
  let startedMs: number | undefined
  let ranMs: number | undefined
  let scannedBytes = 0
  return {
    started() {
      startedMs ??= clock.monotonicMs()
    },
    ran() {
      ranMs ??= clock.monotonicMs()
    },
    scanned(bytes) {
      scannedBytes += bytes
    },
    statistics() {
      const nowMs = clock.monotonicMs()
      const startMs = startedMs ?? nowMs
      const endMs = ranMs ?? nowMs
      const round = Math.round
      return {
        scannedBytes,
        servicePreMs: round(servicePreMs),
        queueMs: round(startMs - takenMs),
        planningMs: 0,
        engineMs: round(endMs - startMs),
        serviceMs: round(nowMs - endMs),
        totalMs: round(servicePreMs + nowMs - takenMs),
      }
    },
  }
}
