import { isDeepStrictEqual } from 'node:util'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { CatalogTable, Column, StorageDescriptor, TableDefinition } from '../catalog.ts'
import { unsupported } from '../catalog-errors.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { folderOf } from './publish.ts'

export interface CatalogWrite {
  readonly database: string
  readonly table: string
  readonly path: string
  readonly format: string
  readonly compression: string
  readonly formatOptions: Readonly<Record<string, unknown>>
  readonly columns: ReadonlyArray<Column>
  readonly partitionKeys: ReadonlyArray<Column>
  readonly partitions: ReadonlyArray<ReadonlyArray<string>>
  readonly update: boolean
  /** The whole table was written anew. */
  readonly overwrite: boolean
  readonly job: string
  readonly runId: string
}

export interface CatalogWritten {
  readonly created: boolean
  readonly updated: boolean
  readonly partitionsCreated: number
}

/** Makes or updates the table that a job has written, and adds its new partitions. */
export async function writeCatalog(
  { catalog, scope }: { readonly catalog: GlueCatalog; readonly scope: Scope },
  write: CatalogWrite,
): Promise<CatalogWritten> {
  const definition = definitionOf(write)
  const current = await find(catalog, scope, write)
  if (!current) await catalog.createTable(scope, write.database, definition)
  const changed = current && write.update && changedTable(current, definition, write.overwrite)
  if (changed) await catalog.updateTable(scope, write.database, changed)
  const partitionsCreated = await addPartitions(catalog, scope, write, definition)
  return { created: !current, updated: Boolean(changed), partitionsCreated }
}

async function find(catalog: GlueCatalog, scope: Scope, { database, table }: CatalogWrite) {
  try {
    return await catalog.table(scope, database, table)
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'EntityNotFoundException') throw error
    await catalog.database(scope, database)
    return undefined
  }
}

async function addPartitions(
  catalog: GlueCatalog,
  scope: Scope,
  write: CatalogWrite,
  definition: TableDefinition,
): Promise<number> {
  const { partitions, database, table, partitionKeys, path } = write
  if (partitions.length === 0) return 0
  const root = path.endsWith('/') ? path : `${path}/`
  const names = partitionKeys.map(({ name }) => name)
  const added = partitions.map((values) => ({
    values,
    parameters: {},
    ...(definition.storage && {
      storage: { ...definition.storage, location: `${root}${folderOf(names, values)}` },
    }),
  }))
  const present = await catalog.createPartitions(scope, database, table, added)
  return added.length - present.length
}

function definitionOf(write: CatalogWrite): TableDefinition {
  const root = write.path.endsWith('/') ? write.path : `${write.path}/`
  return {
    name: write.table,
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: write.partitionKeys,
    parameters: {
      CreatedByJob: write.job,
      CreatedByJobRun: write.runId,
      classification: write.format,
      compressionType: write.compression,
      typeOfData: 'file',
    },
    storage: { ...storageOf(write), location: root },
  }
}

function storageOf({
  format,
  columns,
  compression,
  formatOptions,
}: CatalogWrite): StorageDescriptor {
  const parquet = 'org.apache.hadoop.hive.ql.io.parquet'
  if (format === 'parquet') {
    return {
      columns,
      location: '',
      inputFormat: `${parquet}.MapredParquetInputFormat`,
      outputFormat: `${parquet}.MapredParquetOutputFormat`,
      serde: {
        library: `${parquet}.serde.ParquetHiveSerDe`,
        parameters: { 'serialization.format': '1' },
      },
      parameters: {},
    }
  }
  return {
    columns,
    location: '',
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    compressed: compression !== 'none',
    serde: textSerde(format, columns, formatOptions),
    parameters: {},
  }
}

function textSerde(
  format: string,
  columns: ReadonlyArray<Column>,
  formatOptions: Readonly<Record<string, unknown>>,
) {
  if (format === 'json') {
    const paths = columns.map(({ name }) => name).join(',')
    return { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: { paths } }
  }
  if (format !== 'csv') throw unsupported(`A catalogued table of format ${format}`)
  const separator = String(formatOptions['separator'] ?? ',')
  const hasHeader = formatOptions['writeHeader'] !== false
  const header = hasHeader ? { 'skip.header.line.count': '1' } : {}
  if (formatOptions['quoteChar'] === -1) {
    return {
      library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
      parameters: { 'field.delim': separator, ...header },
    }
  }
  return {
    library: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
    parameters: { separatorChar: separator, quoteChar: '"', ...header },
  }
}

/** Undefined when nothing is to change. */
function changedTable(
  current: CatalogTable,
  found: TableDefinition,
  overwrite: boolean,
): TableDefinition | undefined {
  const { database: _d, versionId: _v, createdMs: _c, updatedMs: _u, ...definition } = current
  if (overwrite) {
    const parameters = { ...definition.parameters, ...found.parameters }
    return { ...definition, ...found, parameters }
  }
  const columns = mergedColumns(current.storage?.columns ?? [], found.storage?.columns ?? [])
  if (!current.storage || isDeepStrictEqual(columns, current.storage.columns)) return undefined
  return { ...definition, storage: { ...current.storage, columns } }
}

/** Known columns take the new type, new ones come behind. */
function mergedColumns(known: ReadonlyArray<Column>, found: ReadonlyArray<Column>): Column[] {
  const types = new Map(found.map((column) => [column.name.toLowerCase(), column]))
  const names = new Set(known.map(({ name }) => name.toLowerCase()))
  return [
    ...known.map((column) => ({
      ...column,
      type: types.get(column.name.toLowerCase())?.type ?? column.type,
    })),
    ...found.filter(({ name }) => !names.has(name.toLowerCase())),
  ]
}
