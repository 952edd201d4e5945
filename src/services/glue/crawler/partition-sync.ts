import { isDeepStrictEqual } from 'node:util'
import type { CatalogPartition, CatalogTable, PartitionDefinition } from '../catalog.ts'
import type { SyncDeps, SyncRules } from './catalog-sync.ts'
import type { CrawlLabels } from './table-definition.ts'
import { partitionDefinition } from './table-definition.ts'
import type { PlannedTable } from './table-plan.ts'

const BATCH = 500

/** Adds, updates and removes partitions of one table by the rules of the crawler. */
export async function syncPartitions(
  deps: SyncDeps,
  table: CatalogTable,
  plan: PlannedTable,
  labels: CrawlLabels,
  rules: SyncRules,
): Promise<void> {
  const { catalog, scope, journal } = deps
  if (plan.partitionKeys.length !== table.partitionKeys.length) {
    journal.say('WARN', `Table ${table.name} has other partition keys than its data (LOG)`)
    return
  }
  if (plan.partitionKeys.length === 0) return
  const known = await catalog.partitions(scope, table.database, table.name)
  const byValues = new Map(known.map((partition) => [keyOf(partition.values), partition]))
  const added: PartitionDefinition[] = []
  for (const planned of plan.partitions) {
    const found = partitionDefinition(planned, plan, labels)
    const definition = rules.options.inheritFromTable ? inherited(found, table) : found
    const current = byValues.get(keyOf(definition.values))
    byValues.delete(keyOf(definition.values))
    if (!current) added.push(definition)
    else await updatePartition(deps, table, current, definition, rules)
  }
  for (let at = 0; at < added.length; at += BATCH) {
    await catalog.createPartitions(scope, table.database, table.name, added.slice(at, at + BATCH))
  }
  journal.count('partitions', 'created', added.length)
  if (added.length > 0) {
    journal.say('INFO', `Created ${added.length} partitions in table ${table.name}`)
  }
  if (rules.newFoldersOnly) return
  for (const gone of byValues.values()) await dropPartition(deps, table, gone, rules)
}

const keyOf = (values: ReadonlyArray<string>) => values.join('\0')

function inherited(found: PartitionDefinition, table: CatalogTable): PartitionDefinition {
  const { storage } = table
  if (!storage) return found
  return { ...found, storage: { ...storage, location: found.storage?.location ?? '' } }
}

async function updatePartition(
  { catalog, scope, journal }: SyncDeps,
  table: CatalogTable,
  current: CatalogPartition,
  found: PartitionDefinition,
  rules: SyncRules,
): Promise<void> {
  const { createdMs: _created, ...known } = current
  const changed = { ...known, ...found }
  if (isDeepStrictEqual(changed, known)) return
  if (rules.update === 'LOG' || rules.newFoldersOnly) return
  await catalog.updatePartition(scope, table.database, table.name, current.values, changed)
  journal.count('partitions', 'updated')
}

async function dropPartition(
  { catalog, scope, journal, nowMs }: SyncDeps,
  table: CatalogTable,
  gone: CatalogPartition,
  rules: SyncRules,
): Promise<void> {
  const { database, name } = table
  if (rules.remove === 'DELETE_FROM_DATABASE') {
    await catalog.removePartition(scope, database, name, gone.values)
    journal.count('partitions', 'deleted')
    return
  }
  const deprecated = gone.parameters['DEPRECATED_BY_CRAWLER'] !== undefined
  if (rules.remove === 'LOG' || deprecated) return
  const parameters = { ...gone.parameters, DEPRECATED_BY_CRAWLER: String(nowMs) }
  const { createdMs: _created, ...definition } = gone
  await catalog.updatePartition(scope, database, name, gone.values, { ...definition, parameters })
  journal.count('partitions', 'updated')
}
