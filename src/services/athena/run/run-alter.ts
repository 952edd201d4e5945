import type { CatalogTable, StorageDescriptor } from '../../glue/catalog.ts'
import { parseS3Path } from '../../glue/s3-path.ts'
import { textColumn } from '../column-info.ts'
import type { AlterAction, PartitionSpec, Statement } from '../dialect/statement-ast.ts'
import type { DdlContext } from './ddl-context.ts'
import { tableOf } from './ddl-context.ts'
import { DdlFailure, notPartitioned, taskFailed } from './ddl-failure.ts'
import type { Outcome } from './outcome.ts'
import { linesOutcome, noOutcome } from './outcome.ts'

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>
type Action<Kind extends AlterAction['kind']> = Extract<AlterAction, { kind: Kind }>

export async function alterTable(
  context: DdlContext,
  { table: name, action }: Of<'alter-table'>,
): Promise<Outcome> {
  const table = await tableOf(context, name)
  switch (action.kind) {
    case 'add-partitions':
      return addPartitions(context, table, action)
    case 'drop-partitions':
      return dropPartitions(context, table, action)
    case 'rename-partition':
      return renamePartition(context, table, action)
    case 'set-location':
      return setLocation(context, table, action)
    case 'set-properties':
      return change(context, table, {
        parameters: { ...table.parameters, ...action.properties },
      })
    case 'add-columns':
      return addColumns(context, table, action)
    case 'replace-columns':
      return change(context, table, { storage: { ...storageOf(table), columns: action.columns } })
  }
}

async function change(
  { deps, scope }: DdlContext,
  table: CatalogTable,
  changes: Partial<CatalogTable>,
): Promise<Outcome> {
  const { database, versionId, createdMs, updatedMs, ...definition } = { ...table, ...changes }
  await deps.catalog.updateTable(scope, table.database, definition)
  return noOutcome
}

function storageOf(table: CatalogTable): StorageDescriptor {
  if (table.storage) return table.storage
  throw new DdlFailure(`SemanticException Table ${table.name} has no storage`)
}

async function addColumns(
  context: DdlContext,
  table: CatalogTable,
  { columns }: Action<'add-columns'>,
): Promise<Outcome> {
  const storage = storageOf(table)
  const taken = [...storage.columns, ...table.partitionKeys].map(({ name }) => name.toLowerCase())
  const twice = columns.find(({ name }) => taken.includes(name))
  if (twice) throw new DdlFailure(`SemanticException Duplicate column name: ${twice.name}`)
  return change(context, table, {
    storage: { ...storage, columns: [...storage.columns, ...columns] },
  })
}

async function setLocation(
  context: DdlContext,
  table: CatalogTable,
  { partition, location }: Action<'set-location'>,
): Promise<Outcome> {
  const folder = location.replace(/\/*$/, '/')
  if (!partition)
    return change(context, table, { storage: { ...storageOf(table), location: folder } })
  const values = allValues(table, partition)
  const found = await findPartition(context, table, values)
  await context.deps.catalog.updatePartition(context.scope, table.database, table.name, values, {
    ...found,
    storage: { ...(found.storage ?? storageOf(table)), location: folder },
  })
  return noOutcome
}

async function addPartitions(
  { deps, scope }: DdlContext,
  table: CatalogTable,
  action: Action<'add-partitions'>,
): Promise<Outcome> {
  const storage = storageOf(table)
  const partitions = action.partitions.map(({ spec, location }) => {
    const values = allValues(table, spec)
    const place =
      location ?? `${storage.location.replace(/\/*$/, '/')}${partitionPath(table, values)}`
    return {
      values,
      parameters: {},
      storage: { ...storage, location: place.replace(/\/*$/, '/') },
    }
  })
  if (!action.ifNotExists) {
    const wanted = new Set(partitions.map(({ values }) => JSON.stringify(values)))
    const there = await deps.catalog.partitions(scope, table.database, table.name, ({ values }) =>
      wanted.has(JSON.stringify(values)),
    )
    if (there.length > 0) {
      throw taskFailed('AlreadyExistsException(message:Partition already exists.)')
    }
  }
  await deps.catalog.createPartitions(scope, table.database, table.name, partitions)
  return noOutcome
}

async function dropPartitions(
  { deps, scope }: DdlContext,
  table: CatalogTable,
  { specs, ifExists }: Action<'drop-partitions'>,
): Promise<Outcome> {
  const matchers = specs.map((spec) => matcherOf(table, spec))
  const found = await deps.catalog.partitions(scope, table.database, table.name, ({ values }) =>
    matchers.some((matches) => matches(values)),
  )
  const missing = specs.find((_, index) => !found.some(({ values }) => matchers[index]?.(values)))
  if (missing && !ifExists) {
    const spec = Object.entries(missing).map(([key, value]) => `${key} = ${value}`)
    throw new DdlFailure(
      `SemanticException [Error 10006]: Partition not found (${spec.join(', ')})`,
    )
  }
  for (const { values } of found) {
    await deps.catalog.removePartition(scope, table.database, table.name, values)
  }
  return noOutcome
}

async function renamePartition(
  context: DdlContext,
  table: CatalogTable,
  { from, to }: Action<'rename-partition'>,
): Promise<Outcome> {
  const { deps, scope } = context
  const values = allValues(table, from)
  const renamed = allValues(table, to)
  const found = await findPartition(context, table, values)
  const { createdMs, ...partition } = found
  const there = await deps.catalog.createPartitions(scope, table.database, table.name, [
    { ...partition, values: renamed },
  ])
  if (there.length > 0)
    throw taskFailed('AlreadyExistsException(message:Partition already exists.)')
  await deps.catalog.removePartition(scope, table.database, table.name, values)
  return noOutcome
}

async function findPartition(
  { deps, scope }: DdlContext,
  table: CatalogTable,
  values: ReadonlyArray<string>,
) {
  const [found] = await deps.catalog.partitions(
    scope,
    table.database,
    table.name,
    (partition) => JSON.stringify(partition.values) === JSON.stringify(values),
  )
  if (found) return found
  const path = partitionPath(table, values).replace(/\/$/, '')
  throw new DdlFailure(`SemanticException [Error 10006]: Partition not found ${path}`)
}

/** One value for each key, in their order. */
function allValues(table: CatalogTable, spec: PartitionSpec): string[] {
  expectKeys(table, spec)
  return table.partitionKeys.map(({ name }) => {
    const value = spec[name.toLowerCase()]
    if (value !== undefined) return value
    throw new DdlFailure(
      `SemanticException [Error 10098]: Partition spec {${Object.keys(spec).join(', ')}} doesn't contain all (${table.partitionKeys.length}) partition columns`,
    )
  })
}

function matcherOf(
  table: CatalogTable,
  spec: PartitionSpec,
): (values: ReadonlyArray<string>) => boolean {
  expectKeys(table, spec)
  const names = table.partitionKeys.map(({ name }) => name.toLowerCase())
  return (values) =>
    names.every((name, index) => spec[name] === undefined || spec[name] === values[index])
}

function expectKeys(table: CatalogTable, spec: PartitionSpec): void {
  if (table.partitionKeys.length === 0) throw notPartitioned(table.name)
  const names = table.partitionKeys.map(({ name }) => name.toLowerCase())
  const unknown = Object.keys(spec).find((key) => !names.includes(key))
  if (unknown) {
    throw new DdlFailure(`SemanticException [Error 10096]: Unexpected partition key ${unknown}`)
  }
}

/** `year=2026/month=05/`. */
export function partitionPath(table: CatalogTable, values: ReadonlyArray<string>): string {
  return table.partitionKeys
    .map(({ name }, index) => `${name.toLowerCase()}=${encodeURIComponent(values[index] ?? '')}/`)
    .join('')
}

/** MSCK REPAIR TABLE: partitions for the folders `key=value/` below the table that have none. */
export async function repairTable(
  context: DdlContext,
  { table: name }: Of<'repair'>,
): Promise<Outcome> {
  const { deps, scope } = context
  const table = await tableOf(context, name)
  const storage = storageOf(table)
  if (table.partitionKeys.length === 0) throw notPartitioned(table.name)
  const known = await deps.catalog.partitions(scope, table.database, table.name)
  const seen = new Set(known.map(({ values }) => JSON.stringify(values)))
  const { bucket, key } = parseS3Path(storage.location.replace(/\/*$/, '/'))
  const folders = await findFolders(context, table, bucket, key)
  const missing = folders.filter(({ values }) => !seen.has(JSON.stringify(values)))
  await deps.catalog.createPartitions(
    scope,
    table.database,
    table.name,
    missing.map(({ values, location }) => ({
      values,
      parameters: {},
      storage: { ...storage, location },
    })),
  )
  if (missing.length === 0) return linesOutcome([textColumn('result')], [])
  const labels = missing.map(({ path }) => `${table.name}:${path}`)
  return linesOutcome(
    [textColumn('result')],
    [
      `Partitions not in metastore:\t${labels.join('\t')}`,
      ...labels.map((label) => `Repair: Added partition to metastore ${label}`),
    ],
  )
}

/** Folder by folder, one level for each partition key. */
async function findFolders(
  { deps, scope }: DdlContext,
  table: CatalogTable,
  bucket: string,
  root: string,
) {
  let level = [{ prefix: root, values: [] as string[] }]
  for (const { name } of table.partitionKeys) {
    const next: typeof level = []
    for (const { prefix, values } of level) {
      const { prefixes } = await deps.objects.listLevel(scope, bucket, prefix)
      for (const folder of prefixes) {
        const [key = '', ...value] = folder.slice(prefix.length, -1).split('=')
        if (key.toLowerCase() !== name.toLowerCase() || value.length === 0) continue
        next.push({ prefix: folder, values: [...values, decodeValue(value.join('='))] })
      }
    }
    level = next
  }
  return level.map(({ prefix, values }) => ({
    values,
    location: `s3://${bucket}/${prefix}`,
    path: prefix.slice(root.length, -1),
  }))
}

function decodeValue(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    // Not percent-encoded after all.
    return value
  }
}
