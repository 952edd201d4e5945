import type { Scope } from '../../../base/scope.ts'
import type { QueryEngine, QuerySession } from '../../../engines/query/port.ts'
import { QueryError } from '../../../engines/query/port.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { CatalogTable } from '../../glue/catalog.ts'
import { quoteName } from '../../glue/hive-type.ts'
import { macrosOf } from '../dialect/macros.ts'
import type { Query } from '../dialect/query-ast.ts'
import { translateQuery } from '../dialect/translate.ts'
import type { DuckdbType } from '../duckdb-type.ts'
import { parseDuckdbType } from '../duckdb-type.ts'
import { INFORMATION_SCHEMA, informationTableSql } from '../tables/information-schema.ts'
import type { JsonShapes } from '../tables/json-shapes.ts'
import type { TableFile, TableFilesDeps } from '../tables/table-files.ts'
import { findPartitions, openFiles } from '../tables/table-files.ts'
import { groupFiles, readColumnsOf, tableViewSql } from '../tables/table-view.ts'
import { columnNames } from './column-names.ts'
import type { ResolvedQuery, ResolvedTable } from './resolve-query.ts'
import { schemaNameOf, tableIdOf, viewNameOf } from './resolve-query.ts'

export interface QuerySessionDeps extends TableFilesDeps {
  readonly query: QueryEngine
  readonly jsonShapes: JsonShapes
}

/** A query that is ready to run: its session sees its tables, its text is the engine's. */
export interface PreparedQuery {
  readonly session: QuerySession
  readonly sql: string
  readonly columns: ReadonlyArray<OutputColumn>
}

export interface OutputColumn {
  readonly name: string
  readonly type: DuckdbType
}

/**
 * Opens a session that reads exactly the files of the query's tables (and may write to `scratch`),
 * makes their views, and hands the translated query to `use`. All is closed and given back after.
 */
export async function withQuerySession<T>(
  deps: QuerySessionDeps,
  scope: Scope,
  resolved: ResolvedQuery,
  options: {
    readonly scratch: ScratchDirectory
    readonly hiddenPath: boolean
    /** Called when there is a session for the query: it no longer waits. */
    readonly onStart: () => Promise<void>
  },
  use: (prepared: PreparedQuery) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const opened: OpenedTable[] = []
  let session: QuerySession | undefined
  try {
    for (const table of resolved.tables) opened.push(await openTable(deps, scope, table))
    const paths = opened.flatMap(({ files }) => files.map(({ path }) => ({ path })))
    session = await deps.query.open({
      paths: [...paths, { path: options.scratch.path, writable: true }],
      settings: { ieee_floating_point_ops: true, integer_division: true },
      signal,
    })
    await options.onStart()
    await makeTables(session, deps, opened, options.hiddenPath, signal)
    await makeInformationTables(session, deps, scope, resolved)
    signal.throwIfAborted()
    return await use(await prepare(session, resolved, opened, options.hiddenPath))
  } finally {
    await session?.close()
    for (const { release } of opened) release()
  }
}

interface OpenedTable {
  readonly table: CatalogTable
  readonly files: ReadonlyArray<TableFile>
  release(): void
}

async function openTable(
  deps: QuerySessionDeps,
  scope: Scope,
  { table, filter }: ResolvedTable,
): Promise<OpenedTable> {
  const partitions = await findPartitions(deps, scope, table, filter)
  const { files, release } = await openFiles(deps, scope, partitions)
  return { table, files, release }
}

async function makeTables(
  session: QuerySession,
  deps: QuerySessionDeps,
  opened: ReadonlyArray<OpenedTable>,
  withPath: boolean,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, { table, files }] of opened.entries()) {
    const schema = schemaNameOf(table.database)
    await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    const statements = tableViewSql({
      table,
      files,
      viewName: viewNameOf(table),
      filesName: `${schema}.${quoteName(`$files ${index}`)}`,
      jsonKeys: await deps.jsonShapes.of(
        session,
        groupFiles(table, files),
        readColumnsOf(table.storage?.columns ?? []),
        signal,
      ),
      withPath,
    })
    for (const statement of statements) await session.execute(statement, { signal })
  }
}

async function makeInformationTables(
  session: QuerySession,
  deps: QuerySessionDeps,
  scope: Scope,
  { informationTables }: ResolvedQuery,
): Promise<void> {
  if (informationTables.length === 0) return
  await session.execute(`CREATE SCHEMA ${schemaNameOf(INFORMATION_SCHEMA)}`)
  for (const table of informationTables) {
    const name = viewNameOf({ database: INFORMATION_SCHEMA, name: table })
    await session.execute(await informationTableSql(deps.catalog, scope, table, name))
  }
}

async function prepare(
  session: QuerySession,
  resolved: ResolvedQuery,
  opened: ReadonlyArray<OpenedTable>,
  hiddenPath: boolean,
): Promise<PreparedQuery> {
  const types = new Map(
    opened.flatMap(({ table }) =>
      [...(table.storage?.columns ?? []), ...table.partitionKeys].map(
        ({ name, type }) => [name.toLowerCase(), type] as const,
      ),
    ),
  )
  const translate = (query: Query, database: string, unknownIsMap: boolean) =>
    translateQuery(query, {
      tableOf: (name, place) => viewNameOf(tableIdOf(name, place, database)),
      columnType: (name) => types.get(name),
      pathTables: hiddenPath ? resolved.callNames : new Set(),
      unknownIsMap,
    })
  const made = new Set<string>()
  const addMacros = async (sql: string) => {
    for (const macro of macrosOf(sql)) {
      if (made.has(macro)) continue
      made.add(macro)
      await session.execute(macro)
    }
  }
  for (const { table, view, query } of resolved.views) {
    await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schemaNameOf(table.database)}`)
    await eitherWay(async (unknownIsMap) => {
      const sql = translate(query, view.schema, unknownIsMap)
      await addMacros(sql)
      const names = view.columns.map(({ name }) => quoteName(name)).join(', ')
      await session.execute(`CREATE VIEW ${viewNameOf(table)} (${names}) AS ${sql}`)
    })
  }
  return eitherWay(async (unknownIsMap) => {
    const sql = translate(resolved.query, resolved.database, unknownIsMap)
    await addMacros(sql)
    const { rows } = await session.execute(`DESCRIBE ${sql}`, { rowsMax: 10_000 })
    const names = columnNames(rows.map(([name]) => String(name)))
    const columns = rows.map(([, type], index) => ({
      name: names[index] ?? '',
      type: parseDuckdbType(String(type)),
    }))
    return { session, sql, columns }
  })
}

/**
 * Some values do not show whether they are maps or arrays. The engine knows: when it refuses one
 * reading for its types, the other is tried, and the first refusal stands if that fails too.
 */
async function eitherWay<T>(attempt: (unknownIsMap: boolean) => Promise<T>): Promise<T> {
  try {
    return await attempt(false)
  } catch (first) {
    if (!(first instanceof QueryError) || first.problem !== 'type') throw first
    try {
      return await attempt(true)
    } catch {
      throw first
    }
  }
}
