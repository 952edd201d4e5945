import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { createEventCompany } from '../../engines/meta/event-company.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { invalidRequest } from './athena-errors.ts'
import type { ColumnInfo } from './column-info.ts'
import { executionEventOf } from './execution-events.ts'
import type { FailureReport } from './query-failure.ts'

export type ExecutionState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

/** One query execution: everything that GetQueryExecution shows, and what running it needs. */
export interface Execution {
  readonly id: string
  readonly workgroup: string
  /** As given. */
  readonly sql: string
  /** The statement that is run: the prepared one for EXECUTE. */
  readonly runnable: { readonly sql: string; readonly parameters?: ReadonlyArray<string> }
  readonly parameters?: ReadonlyArray<string>
  readonly catalog?: string
  readonly database?: string
  readonly statementType: 'DDL' | 'DML' | 'UTILITY'
  readonly substatementType?: string
  /** `s3://bucket/prefix/` under which results go. */
  readonly outputPrefix: string
  /** `s3://…` of the result itself. */
  readonly outputLocation: string
  readonly bytesMax?: number
  readonly state: ExecutionState
  readonly reason?: string
  readonly failure?: FailureReport
  readonly submittedMs: number
  readonly startedMs?: number
  readonly completedMs?: number
  readonly statistics?: ExecutionStatistics
  readonly columns?: ReadonlyArray<ColumnInfo>
  readonly updateCount?: number
  readonly manifestLocation?: string
}

export interface ExecutionStatistics {
  readonly scannedBytes: number
  readonly queueMs: number
  readonly engineMs: number
  readonly planningMs: number
  readonly servicePreMs: number
  readonly serviceMs: number
  readonly totalMs: number
}

/** Executions of all workgroups. Every change is durable when its promise resolves. */
export interface Executions {
  /** The same execution again for a token that was seen; refuses a token with another request. */
  create(scope: Scope, execution: NewExecution, token?: IdempotencyToken): Promise<Execution>
  /** Throws `InvalidRequestException` when it is not there. */
  find(scope: Scope, id: string): Promise<Execution>
  get(scope: Scope, id: string): Promise<Execution | undefined>
  /** Newest first. */
  list(
    scope: Scope,
    workgroup: string,
    page: { readonly after?: ReadonlyArray<string | number>; readonly limit: number },
  ): Promise<
    ReadonlyArray<{ readonly id: string; readonly position: ReadonlyArray<string | number> }>
  >
  /** From QUEUED to RUNNING; undefined when it is not queued any more. */
  begin(scope: Scope, id: string): Promise<Execution | undefined>
  /** Ends it, unless it has ended already; answers what it then is. */
  end(scope: Scope, id: string, changes: ExecutionEnd): Promise<Execution | undefined>
  /** Those that have not ended: what a starting server finds. */
  active(): AsyncIterable<{ readonly scope: Scope; readonly id: string }>
  /** Removes history older than this. */
  removeBefore(beforeMs: number): Promise<void>
}

export type NewExecution = Omit<Execution, 'id' | 'state' | 'submittedMs' | 'outputLocation'> & {
  /** Makes the place of the result from the id. */
  readonly outputLocationOf: (id: string) => string
}

export interface ExecutionEnd
  extends Pick<
    Execution,
    'reason' | 'failure' | 'statistics' | 'columns' | 'updateCount' | 'manifestLocation'
  > {
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
}

export interface IdempotencyToken {
  readonly token: string
  /** Says whether two requests are the same. */
  readonly fingerprint: string
}

interface TokenRow {
  readonly id: string
  readonly fingerprint: string
}

export function hasEnded(state: ExecutionState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED'
}

export function createExecutions(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly events: ServiceEvents
}): Executions {
  const { meta, clock, random } = deps
  const company = createEventCompany(deps.events, executionEventOf)
  const executions = createDocuments<Execution>(meta, 'athena/execution', company)
  const active = createDocuments<{ readonly id: string }>(meta, 'athena/active')
  const history = createDocuments<{ readonly id: string }>(meta, 'athena/history')
  const tokens = createDocuments<TokenRow>(meta, 'athena/token')

  async function find(scope: Scope, id: string): Promise<Execution> {
    const found = await executions.get(scope, id)
    if (!found) throw invalidRequest(`QueryExecution ${id} was not found`)
    return found
  }

  async function again(scope: Scope, token: IdempotencyToken): Promise<Execution | undefined> {
    const row = await tokens.get(scope, token.token)
    if (!row) return undefined
    if (row.fingerprint === token.fingerprint) return find(scope, row.id)
    throw invalidRequest('Idempotent parameters do not match')
  }

  async function create(scope: Scope, fresh: NewExecution, token?: IdempotencyToken) {
    const seen = token && (await again(scope, token))
    if (seen) return seen
    const { outputLocationOf, ...rest } = fresh
    const id = random.uuid()
    const submittedMs = clock.wallMs()
    const outputLocation = outputLocationOf(id)
    const execution: Execution = { ...rest, id, state: 'QUEUED', submittedMs, outputLocation }
    const row = token && {
      ...tokens.putBatch(scope, [token.token], { id, fingerprint: token.fingerprint }),
    }
    try {
      await meta.commit({
        checks: (row?.puts ?? []).map(({ key }) => ({ key, version: 0 })),
        puts: [
          ...executions.putBatch(scope, [id], execution).puts,
          ...active.putBatch(scope, [id], { id }).puts,
          ...history.putBatch(scope, [execution.workgroup, submittedMs, id], { id }).puts,
          ...(row?.puts ?? []),
          ...company.puts(scope, { id: [id], after: execution }),
        ],
      })
      company.committed()
    } catch (error) {
      // The same request came twice at once: the other one made it.
      const conflict = error instanceof EngineError && error.kind === 'conflict'
      const other = conflict && token ? await again(scope, token) : undefined
      if (!other) throw error
      return other
    }
    return execution
  }

  async function begin(scope: Scope, id: string) {
    let begun = false
    const changed = await executions.update(scope, [id], (current) => {
      begun = current.state === 'QUEUED'
      return begun ? { ...current, state: 'RUNNING', startedMs: clock.wallMs() } : current
    })
    return begun ? changed : undefined
  }

  async function end(scope: Scope, id: string, changes: ExecutionEnd) {
    const ended = await executions.update(scope, [id], (current) =>
      hasEnded(current.state) ? current : { ...current, ...changes, completedMs: clock.wallMs() },
    )
    await active.remove(scope, id)
    return ended
  }

  return {
    create,
    find,
    get: (scope, id) => executions.get(scope, id),
    async list(scope, workgroup, { after, limit }) {
      const page = { under: [workgroup], limit, reverse: true, ...(after && { after }) }
      const found = await history.list(scope, page)
      return found.map(({ id, value }) => ({ id: value.id, position: id.slice(1) }))
    },
    begin,
    end,
    async *active() {
      for await (const { scope, value } of active.everywhere()) yield { scope, id: value.id }
    },
    removeBefore: (beforeMs) => removeBefore({ history, executions }, beforeMs),
  }
}

async function removeBefore(
  stores: {
    readonly history: Documents<{ readonly id: string }>
    readonly executions: Documents<Execution>
  },
  beforeMs: number,
): Promise<void> {
  for await (const { scope, id, value } of stores.history.everywhere()) {
    if (Number(id[1]) >= beforeMs) continue
    await stores.executions.remove(scope, value.id)
    await stores.history.remove(scope, ...id)
  }
}
