import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Scope } from '../../../base/scope.ts'
import type { CatalogTable, Column, TableDefinition } from '../catalog.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import type { CrawlOptions } from './crawl-options.ts'
import type { CrawlJournal } from './crawl-report.ts'
import { syncPartitions } from './partition-sync.ts'
import type { CrawlLabels } from './table-definition.ts'
import { tableDefinition, tableName } from './table-definition.ts'
import type { PlannedTable } from './table-plan.ts'

/** How a crawl may change what is in the catalog. */
export interface SyncRules {
  readonly database: string
  readonly tablePrefix: string
  readonly update: 'LOG' | 'UPDATE_IN_DATABASE'
  readonly remove: 'LOG' | 'DELETE_FROM_DATABASE' | 'DEPRECATE_IN_DATABASE'
  /** Only additions: folders that were crawled before were not looked into. */
  readonly newFoldersOnly: boolean
  readonly options: CrawlOptions
}

export interface SyncDeps {
  readonly catalog: GlueCatalog
  readonly scope: Scope
  readonly journal: CrawlJournal
  readonly nowMs: number
}

/** A table of the plan with the target that it was found in. */
export interface FoundTable {
  readonly plan: PlannedTable
  readonly labels: CrawlLabels
}

/**
 * Brings the catalog up to date with what was found. A second run with the same findings changes
 * nothing, so an interrupted one is simply done again.
 */
export async function syncCatalog(
  deps: SyncDeps,
  found: ReadonlyArray<FoundTable>,
  crawler: string,
  targets: ReadonlyArray<string>,
  rules: SyncRules,
): Promise<void> {
  const existing = await deps.catalog.tables(deps.scope, rules.database)
  const names = chooseNames(existing, found, rules)
  for (const [at, { plan, labels }] of found.entries()) {
    const name = names[at] ?? ''
    const definition = tableDefinition(name, plan, labels)
    const current = existing.find((table) => table.name === name)
    const kept = await syncTable(deps, definition, current, rules)
    await syncPartitions(deps, kept, plan, labels, rules)
  }
  if (rules.newFoldersOnly) return
  const seen = new Set(names)
  for (const table of existing) {
    if (seen.has(table.name) || table.parameters['UPDATED_BY_CRAWLER'] !== crawler) continue
    const location = table.storage?.location ?? ''
    if (targets.some((target) => location.startsWith(target))) await dropTable(deps, table, rules)
  }
}

/** AWS Glue Developer Guide: a name that is taken gets a hash of the location behind it. */
function chooseNames(
  existing: ReadonlyArray<CatalogTable>,
  found: ReadonlyArray<FoundTable>,
  rules: SyncRules,
): string[] {
  const byLocation = new Map(existing.map((table) => [normal(table.storage?.location), table.name]))
  const taken = new Set(existing.map(({ name }) => name))
  const known = found.map(({ plan, labels }) =>
    byLocation.get(normal(`s3://${labels.bucket}/${plan.location}`)),
  )
  return found.map(({ plan, labels }, at) => {
    const location = `s3://${labels.bucket}/${plan.location}`
    const same = known[at]
    if (same !== undefined) return same
    const wanted = tableName(plan.location, labels.bucket, rules.tablePrefix)
    const hash = createHash('md5').update(location).digest('hex')
    const name = taken.has(wanted) ? `${wanted}_${hash}` : wanted
    taken.add(name)
    return name
  })
}

const normal = (location = '') => location.replace(/\/+$/, '')

/** Answers the table as it is in the catalog afterwards. */
async function syncTable(
  { catalog, scope, journal }: SyncDeps,
  definition: TableDefinition,
  current: CatalogTable | undefined,
  rules: SyncRules,
): Promise<CatalogTable> {
  const { database } = rules
  if (!current) {
    await catalog.createTable(scope, database, definition)
    journal.count('tables', 'created')
    journal.say('INFO', `Created table ${definition.name} in database ${database}`)
    return catalog.table(scope, database, definition.name)
  }
  const changed = changedTable(definition, current, rules.options.mergeNewColumns)
  if (isDeepStrictEqual(changed, definitionOf(current))) return current
  if (rules.update === 'LOG' || rules.newFoldersOnly) {
    journal.say('INFO', `Table ${current.name} differs from the data; it is left as it is (LOG)`)
    return current
  }
  if (changed.partitionKeys.length !== current.partitionKeys.length) {
    // Partitions of another shape cannot be read with the new keys.
    for (const { values } of await catalog.partitions(scope, database, current.name)) {
      await catalog.removePartition(scope, database, current.name, values)
      journal.count('partitions', 'deleted')
    }
  }
  await catalog.updateTable(scope, database, changed)
  journal.count('tables', 'updated')
  journal.say('INFO', `Updated table ${current.name} in database ${database}`)
  return catalog.table(scope, database, current.name)
}

function changedTable(
  found: TableDefinition,
  current: CatalogTable,
  mergeNewColumns: boolean,
): TableDefinition {
  const { DEPRECATED_BY_CRAWLER: _deprecated, ...parameters } = current.parameters
  const storage = found.storage && {
    ...found.storage,
    columns: mergeNewColumns
      ? withNewColumns(current.storage?.columns ?? [], found.storage.columns)
      : found.storage.columns,
  }
  return {
    ...definitionOf(current),
    partitionKeys: found.partitionKeys,
    parameters: { ...parameters, ...found.parameters },
    ...(storage && { storage }),
  }
}

function withNewColumns(known: ReadonlyArray<Column>, found: ReadonlyArray<Column>): Column[] {
  const names = new Set(known.map(({ name }) => name))
  return [...known, ...found.filter(({ name }) => !names.has(name))]
}

function definitionOf(table: CatalogTable): TableDefinition {
  const { database: _d, versionId: _v, createdMs: _c, updatedMs: _u, ...definition } = table
  return definition
}

async function dropTable(deps: SyncDeps, table: CatalogTable, rules: SyncRules): Promise<void> {
  const { catalog, scope, journal, nowMs } = deps
  if (rules.remove === 'DELETE_FROM_DATABASE') {
    await catalog.removeTable(scope, rules.database, table.name)
    journal.count('tables', 'deleted')
    journal.say('INFO', `Deleted table ${table.name} from database ${rules.database}`)
    return
  }
  if (rules.remove === 'LOG' || table.parameters['DEPRECATED_BY_CRAWLER'] !== undefined) {
    journal.say('INFO', `Table ${table.name} has no data any more`)
    return
  }
  await catalog.updateTable(scope, rules.database, {
    ...definitionOf(table),
    parameters: { ...table.parameters, DEPRECATED_BY_CRAWLER: String(nowMs) },
  })
  journal.count('tables', 'updated')
  journal.say('INFO', `Deprecated table ${table.name} in database ${rules.database}`)
}
