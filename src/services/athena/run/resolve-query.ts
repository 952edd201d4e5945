import { assert } from '../../../base/assert.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { CatalogTable } from '../../glue/catalog.ts'
import { quoteName } from '../../glue/hive-type.ts'
import { parseStatement } from '../dialect/parse-statement.ts'
import type { Name, Query } from '../dialect/query-ast.ts'
import type { TableUse } from '../dialect/table-uses.ts'
import { collectTableUses } from '../dialect/table-uses.ts'
import type { Place } from '../dialect/tokens.ts'
import { SqlSyntaxError } from '../dialect/tokens.ts'
import { limits } from '../limits.ts'
import { QueryFailure } from '../query-failure.ts'
import type { InformationTable } from '../tables/information-schema.ts'
import { INFORMATION_SCHEMA, isInformationTable } from '../tables/information-schema.ts'
import type { PartitionFilter } from '../tables/partition-filter.ts'
import { createPartitionFilter } from '../tables/partition-filter.ts'
import type { TableFilesDeps } from '../tables/table-files.ts'
import type { PrestoView } from '../views.ts'
import { decodeView, isView } from '../views.ts'

/** What a query stands on: tables of the catalog, and views with the queries that they are. */
export interface ResolvedQuery {
  readonly query: Query
  /** Database of names without one. */
  readonly database: string
  readonly tables: ReadonlyArray<ResolvedTable>
  /** Tables about the catalog itself. */
  readonly informationTables: ReadonlyArray<InformationTable>
  /** Each behind those that it uses. */
  readonly views: ReadonlyArray<ResolvedView>
  /** Names and aliases (lower case) by which tables are called anywhere. */
  readonly callNames: ReadonlySet<string>
}

export interface ResolvedTable {
  readonly table: CatalogTable
  /** Passes what any of the places where the table is read may need. */
  readonly filter: PartitionFilter
}

export interface ResolvedView {
  readonly table: CatalogTable
  readonly view: PrestoView
  readonly query: Query
}

/** The only catalog there is, under any spelling. */
const CATALOG = 'awsdatacatalog'

export interface TableId {
  readonly database: string
  readonly name: string
}

/** `[catalog.][database.]table` in lower case. Throws `CATALOG_NOT_FOUND` for another catalog. */
export function tableIdOf(parts: ReadonlyArray<Name>, place: Place, database: string): TableId {
  const names = parts.map(({ text }) => text.toLowerCase())
  const [name = '', schema = database, catalog = CATALOG, ...rest] = names.reverse()
  if (rest.length > 0) throw new SqlSyntaxError(place, 'Too many dots in table name')
  if (catalog !== CATALOG) {
    throw new QueryFailure('CATALOG_NOT_FOUND', `${at(place)}Catalog '${catalog}' does not exist`)
  }
  return { database: schema, name }
}

export function at({ line, column }: Place): string {
  return `line ${line}:${column}: `
}

/** Finds a table or says what is missing in Trino's words. */
export async function findTable(
  deps: TableFilesDeps,
  scope: Scope,
  id: TableId,
  place: Place,
): Promise<CatalogTable> {
  try {
    return await deps.catalog.table(scope, id.database, id.name)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const known = await databaseExists(deps, scope, id.database)
    if (!known) {
      const detail = `${at(place)}Schema '${id.database}' does not exist`
      throw new QueryFailure('SCHEMA_NOT_FOUND', detail)
    }
    const detail = `${at(place)}Table '${CATALOG}.${id.database}.${id.name}' does not exist`
    throw new QueryFailure('TABLE_NOT_FOUND', detail)
  }
}

export async function databaseExists(deps: TableFilesDeps, scope: Scope, name: string) {
  try {
    await deps.catalog.database(scope, name)
    return true
  } catch (error) {
    if (error instanceof ServiceError) return false
    throw error
  }
}

interface FoundUse {
  readonly use: TableUse
  readonly table: CatalogTable
  readonly key: string
}

/** Looks up all tables of the query, through views. */
export async function resolveQuery(
  deps: TableFilesDeps,
  scope: Scope,
  query: Query,
  database: string,
): Promise<ResolvedQuery> {
  const filters = new Map<string, { table: CatalogTable; filters: PartitionFilter[] }>()
  const views = new Map<string, ResolvedView>()
  const informationTables = new Set<InformationTable>()
  const callNames = new Set<string>()

  async function visit(inner: Query, innerDatabase: string, depth: number): Promise<void> {
    if (depth > limits.viewDepthMax) {
      throw new QueryFailure('VIEW_IS_RECURSIVE', 'View is recursive or nested too deeply')
    }
    const found: FoundUse[] = []
    const uses = collectTableUses(inner)
    for (const use of uses) {
      const id = tableIdOf(use.name, use.place, innerDatabase)
      if (id.database === INFORMATION_SCHEMA && isInformationTable(id.name)) {
        informationTables.add(id.name)
        continue
      }
      const table = await findTable(deps, scope, id, use.place)
      found.push({ use, table, key: viewNameOf(id) })
      callNames.add(use.alias).add(id.name)
    }
    for (const { use, table, key } of found) {
      if (isView(table)) {
        if (!views.has(key)) await visitView(table, key, depth)
        continue
      }
      const entry = filters.get(key) ?? { table, filters: [] }
      entry.filters.push(filterOf(use, table, uses, found))
      filters.set(key, entry)
    }
  }

  async function visitView(table: CatalogTable, key: string, depth: number): Promise<void> {
    const view = decodeView(table)
    const statement = parseStatement(view.originalSql)
    assert(statement.kind === 'query', 'a view is a query')
    await visit(statement.query, view.schema, depth + 1)
    views.set(key, { table, view, query: statement.query })
  }

  await visit(query, database, 0)
  return {
    query,
    database,
    tables: [...filters.values()].map((entry) => ({
      table: entry.table,
      filter: anyOf(entry.filters),
    })),
    informationTables: [...informationTables],
    views: [...views.values()],
    callNames,
  }
}

/** Names that DuckDB keeps for itself get a sign of their own. */
export function viewNameOf({ database, name }: TableId): string {
  return `${schemaNameOf(database)}.${quoteName(name)}`
}

export function schemaNameOf(database: string): string {
  const taken = /^(temp|system|pg_catalog|information_schema)$/.test(database)
  return quoteName(taken ? `${database}$` : database)
}

function filterOf(
  use: TableUse,
  table: CatalogTable,
  uses: ReadonlyArray<TableUse>,
  found: ReadonlyArray<FoundUse>,
): PartitionFilter {
  const others = use.beside.map((index) => found.find((other) => other.use === uses[index]))
  const isOurs = (column: string) =>
    !use.besideUnknown && others.every((other) => other && !hasColumn(other.table, column))
  return createPartitionFilter(use, table.partitionKeys, isOurs)
}

function hasColumn({ storage, partitionKeys }: CatalogTable, name: string): boolean {
  return [...(storage?.columns ?? []), ...partitionKeys].some(
    (column) => column.name.toLowerCase() === name,
  )
}

function anyOf(filters: ReadonlyArray<PartitionFilter>): PartitionFilter {
  return {
    mayMatch: (values) => filters.some((filter) => filter.mayMatch(values)),
    fixedValues(key) {
      const all = filters.map((filter) => filter.fixedValues(key))
      if (all.some((values) => values === undefined)) return undefined
      return [...new Set(all.flatMap((values) => values ?? []))]
    },
  }
}
