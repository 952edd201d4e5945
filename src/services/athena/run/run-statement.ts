import type { Scope } from '../../../base/scope.ts'
import type { ScratchSpace } from '../../../engines/scratch.ts'
import type { Query } from '../dialect/query-ast.ts'
import type { Statement } from '../dialect/statement-ast.ts'
import type { PreparedStatements } from '../prepared-statements.ts'
import type { DdlContext } from './ddl-context.ts'
import type { Outcome } from './outcome.ts'
import { noOutcome } from './outcome.ts'
import type { PreparedQuery, QuerySessionDeps } from './query-session.ts'
import { withQuerySession } from './query-session.ts'
import { findTable, resolveQuery, tableIdOf } from './resolve-query.ts'
import { alterTable, repairTable } from './run-alter.ts'
import { createDatabase, createTable, createView, dropDatabase, dropTable } from './run-create.ts'
import { runSelect } from './run-select.ts'
import { runShow } from './run-show.ts'
import type { WriteRun } from './run-write.ts'
import { expectNoTable, runCreateTableAs, runInsert, runUnload } from './run-write.ts'

export interface RunDeps extends QuerySessionDeps {
  readonly scratch: ScratchSpace
  readonly preparedStatements: PreparedStatements
}

/** One statement on its way. */
export interface StatementRun {
  readonly scope: Scope
  readonly executionId: string
  readonly workgroup: string
  readonly database: string
  readonly outputPrefix: string
  readonly statement: Statement
  /** Called once, when the statement stops waiting and is worked on. */
  readonly onStart: () => Promise<void>
  /** Throws when a query has read more than it may. */
  readonly expectScanned: (bytes: number) => void
}

/**
 * Does what the statement says and hands the outcome to `keep`, after which its local files are gone.
 * What it made is durable when this resolves.
 */
export async function runStatement<T>(
  deps: RunDeps,
  run: StatementRun,
  keep: (outcome: Outcome) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { statement, scope } = run
  const queried = (query: Query, work: Work) =>
    withQuery(
      deps,
      run,
      query,
      async (prepared, writeRun) => keep(await work(prepared, writeRun)),
      signal,
    )
  switch (statement.kind) {
    case 'query':
      return queried(statement.query, (prepared, { scratch }) =>
        runSelect(prepared, { ...run, directory: scratch.path }, signal),
      )
    case 'create-table-as':
      if ((await expectNoTable({ deps, ...run }, statement)) === 'leave') break
      return queried(statement.query, (_, writeRun) =>
        runCreateTableAs(writeRun, statement, signal),
      )
    case 'insert': {
      const id = tableIdOf(statement.table.parts, statement.table.place, run.database)
      const table = await findTable(deps, scope, id, statement.table.place)
      return queried(statement.query, (_, writeRun) =>
        runInsert(writeRun, statement, table, signal),
      )
    }
    case 'unload':
      return queried(statement.query, (_, writeRun) => runUnload(writeRun, statement, signal))
    case 'create-view':
      return queried(statement.query, ({ columns }) =>
        createView({ deps, ...run }, statement, columns),
      )
    default:
  }
  await run.onStart()
  return keep(await runDefinition(deps, run))
}

type Work = (prepared: PreparedQuery, writeRun: WriteRun) => Promise<Outcome>

/** The statements that need no query. */
async function runDefinition(deps: RunDeps, run: StatementRun): Promise<Outcome> {
  const { statement, scope, workgroup } = run
  const context: DdlContext = { deps, scope, database: run.database }
  switch (statement.kind) {
    case 'create-database':
      return createDatabase(context, statement)
    case 'drop-database':
      return dropDatabase(context, statement)
    case 'create-table':
      return createTable(context, statement)
    case 'drop-table':
    case 'drop-view':
      return dropTable(context, statement)
    case 'alter-table':
      return alterTable(context, statement)
    case 'repair':
      return repairTable(context, statement)
    case 'prepare':
      await deps.preparedStatements.put(
        scope,
        { name: statement.name, workgroup, sql: statement.text },
        'either',
      )
      return noOutcome
    case 'deallocate':
      await deps.preparedStatements.remove(scope, workgroup, statement.name)
      return noOutcome
    case 'query':
    case 'create-table-as':
    case 'create-view':
    case 'insert':
    case 'unload':
    case 'execute':
      return noOutcome
    default:
      return runShow(context, statement)
  }
}

async function withQuery<T>(
  deps: RunDeps,
  run: StatementRun,
  query: Query,
  work: (prepared: PreparedQuery, writeRun: WriteRun) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const resolved = await resolveQuery(deps, run.scope, query, run.database)
  const scratch = await deps.scratch.create('athena')
  try {
    const options = { scratch, hiddenPath: usesPath(query, resolved.views), onStart: run.onStart }
    return await withQuerySession(
      deps,
      run.scope,
      resolved,
      options,
      (prepared) => work(prepared, { ...run, deps, prepared, scratch }),
      signal,
    )
  } finally {
    await scratch.remove()
  }
}

/** Whether anything names the hidden column `$path`: only then do the views of tables have it. */
function usesPath(query: Query, views: ReadonlyArray<{ readonly query: Query }>): boolean {
  return [query, ...views.map((view) => view.query)].some((each) =>
    JSON.stringify(each).includes('"text":"$path"'),
  )
}
