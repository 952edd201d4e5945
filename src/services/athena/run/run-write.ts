import type { Scope } from '../../../base/scope.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { CatalogTable, TableDefinition } from '../../glue/catalog.ts'
import { parseS3Path } from '../../glue/s3-path.ts'
import { hiveTypeOf } from '../column-info.ts'
import type { Statement } from '../dialect/statement-ast.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import type { DuckdbType } from '../duckdb-type.ts'
import { QueryFailure } from '../query-failure.ts'
import { storageFormatOf } from '../tables/storage-format.ts'
import type { ReadColumn } from '../tables/table-view.ts'
import { readColumnsOf } from '../tables/table-view.ts'
import { isView } from '../views.ts'
import type { Outcome } from './outcome.ts'
import type { OutputColumn, PreparedQuery, QuerySessionDeps } from './query-session.ts'
import { at, databaseExists, tableIdOf } from './resolve-query.ts'
import type { WrittenFile } from './write-data.ts'
import { writeData } from './write-data.ts'
import { readWriteOptions, storageOf, writeFormatOf } from './write-options.ts'

/** What the statements that write data have in common. */
export interface WriteRun {
  readonly deps: QuerySessionDeps
  readonly scope: Scope
  readonly prepared: PreparedQuery
  readonly scratch: ScratchDirectory
  readonly executionId: string
  readonly database: string
  /** `s3://bucket/prefix/` of results. */
  readonly outputPrefix: string
  /** Throws when the statement has read more than it may. */
  readonly expectScanned: (bytes: number) => void
}

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

/** CREATE TABLE AS: the table is made only after all its objects are. */
export async function runCreateTableAs(
  run: WriteRun,
  statement: Of<'create-table-as'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { deps, scope, prepared } = run
  const { database, name } = tableIdOf(statement.table.parts, statement.table.place, run.database)
  const options = readWriteOptions(statement.properties, { format: 'PARQUET', delimiter: '\u0001' })
  const location = folder(options.location ?? `${run.outputPrefix}tables/${run.executionId}/`)
  await expectEmpty(run, location, `${database}.${name}`)
  const target = prepared.columns.map((column) => ({
    name: column.name.toLowerCase(),
    type: writeType(column.type),
    hiveType: hiveOf(column),
  }))
  const keys = partitionColumns(target, options.partitionKeys)
  const written = statement.withData
    ? await writeData(
        prepared,
        {
          ...run,
          target,
          partitionKeys: options.partitionKeys,
          format: options.format,
          filePrefix: filePrefix(run),
        },
        signal,
      )
    : { files: [], rowCount: 0, scannedBytes: 0 }
  signal.throwIfAborted()
  const uris = await upload(run, written.files, ({ name }) => `${location}${name}`)
  const columns = target
    .filter((column) => !keys.includes(column))
    .map((column) => ({ name: column.name, type: column.hiveType }))
  const storage = { ...storageOf(options.format, location), columns }
  const definition: TableDefinition = {
    name,
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: keys.map((column) => ({ name: column.name, type: column.hiveType })),
    parameters: { EXTERNAL: 'TRUE', has_encrypted_data: 'false' },
    storage,
  }
  await deps.catalog.createTable(scope, database, definition)
  await addPartitions(run, { database, name }, storage, written.files)
  return {
    columns: [],
    body: { kind: 'none' },
    updateKind: 'CREATE TABLE',
    updateCount: written.rowCount,
    written: uris,
    scannedBytes: written.scannedBytes,
  }
}

/** INSERT INTO: columns by position, partitions as they come. */
export async function runInsert(
  run: WriteRun,
  statement: Of<'insert'>,
  table: CatalogTable,
  signal: AbortSignal,
): Promise<Outcome> {
  const { storage } = table
  if (isView(table) || !storage) {
    throw new QueryFailure(
      'NOT_SUPPORTED',
      `${at(statement.table.place)}Inserting into views is not supported`,
    )
  }
  const keys = readColumnsOf(table.partitionKeys)
  const all = [...readColumnsOf(storage.columns), ...keys]
  const target = insertColumns(statement, all, run.prepared.columns)
  const missing = all.filter((column) => !target.includes(column))
  if (missing.some((column) => keys.includes(column))) {
    throw new UnsupportedSqlError(
      'INSERT INTO that leaves out a partition column',
      statement.table.place,
    )
  }
  const format = writeFormatOf(storageFormatOf(storage, table.parameters), table.parameters)
  const written = await writeData(
    run.prepared,
    {
      ...run,
      target,
      written: all,
      partitionKeys: keys.map(({ name }) => name),
      format,
      filePrefix: filePrefix(run),
    },
    signal,
  )
  signal.throwIfAborted()
  const id = { database: table.database, name: table.name }
  const places = await partitionPlaces(run, table)
  const root = folder(storage.location)
  const uris = await upload(run, written.files, (file) => {
    // A known partition has a place of its own; a new one is a folder below the table.
    const place = places.get(JSON.stringify(file.partition))
    return place ? `${place}${file.name.split('/').at(-1)}` : `${root}${file.name}`
  })
  const created = written.files.filter((file) => !places.has(JSON.stringify(file.partition)))
  await addPartitions(run, id, storage, created)
  return {
    columns: [{ name: 'rows', type: 'bigint', precision: 19, scale: 0, caseSensitive: false }],
    body: { kind: 'none' },
    updateKind: 'INSERT',
    updateCount: written.rowCount,
    written: uris,
    scannedBytes: written.scannedBytes,
  }
}

/** UNLOAD: objects under a prefix that was empty, and no table. */
export async function runUnload(
  run: WriteRun,
  statement: Of<'unload'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const options = readWriteOptions(statement.properties, { format: '', delimiter: ',' })
  const location = folder(statement.location)
  await expectEmpty(run, location, 'UNLOAD')
  const target = run.prepared.columns.map((column) => ({
    name: column.name.toLowerCase(),
    type: writeType(column.type),
    hiveType: hiveOf(column),
  }))
  partitionColumns(target, options.partitionKeys)
  const written = await writeData(
    run.prepared,
    {
      ...run,
      target,
      partitionKeys: options.partitionKeys,
      format: options.format,
      filePrefix: filePrefix(run),
    },
    signal,
  )
  signal.throwIfAborted()
  const uris = await upload(run, written.files, ({ name }) => `${location}${name}`)
  return {
    columns: [{ name: 'rows', type: 'bigint', precision: 19, scale: 0, caseSensitive: false }],
    body: { kind: 'none' },
    updateKind: 'UNLOAD',
    updateCount: written.rowCount,
    written: uris,
    scannedBytes: written.scannedBytes,
  }
}

/** Names of objects begin with the execution, as Athena's do, so that no other writes the same. */
function filePrefix({ executionId }: WriteRun): string {
  return executionId
}

function folder(location: string): string {
  return location.replace(/\/*$/, '/')
}

async function expectEmpty(run: WriteRun, location: string, what: string): Promise<void> {
  const { bucket, key } = parseS3Path(location)
  for await (const _object of run.deps.objects.list(run.scope, bucket, key)) {
    // AWS: the wording of Athena's refusal.
    throw new QueryFailure(
      'HIVE_PATH_ALREADY_EXISTS',
      `Target directory for table '${what}' already exists: ${location}. You may need to manually clean the data at location '${location}' before retrying. Athena will not delete data in your account.`,
    )
  }
}

/** Names of the objects, after all of them are durable. */
async function upload(
  { deps, scope }: WriteRun,
  files: ReadonlyArray<WrittenFile>,
  uriOf: (file: WrittenFile) => string,
): Promise<string[]> {
  const uris = files.map(uriOf)
  for (const [index, file] of files.entries()) {
    const { bucket, key } = parseS3Path(uris[index] ?? '')
    await deps.objects.put(scope, { bucket, key, body: { path: file.path } })
  }
  return uris
}

async function partitionPlaces(run: WriteRun, table: CatalogTable): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  if (table.partitionKeys.length === 0) return places
  const found = await run.deps.catalog.partitions(run.scope, table.database, table.name)
  for (const { values, storage } of found) {
    if (storage) places.set(JSON.stringify(values), folder(storage.location))
  }
  return places
}

async function addPartitions(
  { deps, scope }: WriteRun,
  id: { readonly database: string; readonly name: string },
  storage: NonNullable<TableDefinition['storage']>,
  files: ReadonlyArray<WrittenFile>,
): Promise<void> {
  const byFolder = new Map<string, ReadonlyArray<string>>()
  for (const { name, partition } of files) {
    if (partition.length > 0) byFolder.set(name.slice(0, name.lastIndexOf('/') + 1), partition)
  }
  if (byFolder.size === 0) return
  const root = folder(storage.location)
  await deps.catalog.createPartitions(
    scope,
    id.database,
    id.name,
    [...byFolder].map(([path, values]) => ({
      values,
      parameters: {},
      storage: { ...storage, location: `${root}${path}` },
    })),
  )
}

function writeType(type: DuckdbType): string {
  // Parquet has no integer of 128 bits; sums of integers fit into 64, as Trino's do.
  if (type.kind === 'scalar' && type.name === 'HUGEINT') return 'BIGINT'
  return typeText(type)
}

function typeText(type: DuckdbType): string {
  switch (type.kind) {
    case 'list':
      return `${typeText(type.element)}[]`
    case 'map':
      return `MAP(${typeText(type.key)}, ${typeText(type.value)})`
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${typeText(field.type)}`).join(', ')})`
    default:
      return type.sizes.length > 0 ? `${type.name}(${type.sizes.join(', ')})` : type.name
  }
}

function hiveOf({ name, type }: OutputColumn): string {
  const hive = hiveTypeOf(type)
  if (hive) return hive
  throw new QueryFailure('NOT_SUPPORTED', `Unsupported Hive type of column '${name}'`)
}

/** Partition columns come last in the query (Athena User Guide, "CREATE TABLE AS"). */
function partitionColumns<T extends { readonly name: string }>(
  target: ReadonlyArray<T>,
  keys: ReadonlyArray<string>,
): T[] {
  const last = target.slice(target.length - keys.length)
  if (keys.length > 0 && last.some(({ name }, index) => name !== keys[index])) {
    throw new QueryFailure(
      'HIVE_COLUMN_ORDER_MISMATCH',
      'Partition keys must be the last columns in the table and in the same order as the table properties',
    )
  }
  return keys.length === 0 ? [] : last
}

function insertColumns(
  statement: Of<'insert'>,
  all: ReadonlyArray<ReadColumn>,
  given: ReadonlyArray<OutputColumn>,
): ReadonlyArray<ReadColumn> {
  const target = (statement.columns ?? all.map(({ name }) => name)).map((name) => {
    const column = all.find((candidate) => candidate.name === name)
    if (column) return column
    const detail = `${at(statement.table.place)}Insert column name does not exist in target table: ${name}`
    throw new QueryFailure('COLUMN_NOT_FOUND', detail)
  })
  const fits =
    target.length === given.length &&
    target.every(({ hiveType }, index) => fitsInto(given[index]?.type, hiveType))
  if (fits) return target
  const list = (types: ReadonlyArray<string>) => `[${types.join(', ')}]`
  throw new QueryFailure(
    'TYPE_MISMATCH',
    `${at(statement.table.place)}Insert query has mismatched column types: Table: ${list(target.map(({ hiveType }) => hiveType))}, Query: ${list(given.map(({ type }) => hiveTypeOf(type) ?? 'unknown'))}`,
  )
}

const NUMBERS = /^(tinyint|smallint|int|integer|bigint|float|double|decimal.*)$/
const TEXTS = /^(string|varchar.*|char.*)$/
const TIMES = /^(date|timestamp)$/

function fitsInto(type: DuckdbType | undefined, hiveType: string): boolean {
  const given = type && hiveTypeOf(type)
  if (!given) return false
  // A bare NULL is an integer to the engine, and fits into everything.
  if (given === hiveType || given === 'int') return true
  const same = [NUMBERS, TEXTS, TIMES].some((kind) => kind.test(given) && kind.test(hiveType))
  return same || given.split(/[<(]/)[0] === hiveType.split(/[<(]/)[0]
}

/** CREATE TABLE AS is refused before it runs when the table or its database stand in the way. */
export async function expectNoTable(
  run: Pick<WriteRun, 'deps' | 'scope' | 'database'>,
  statement: Of<'create-table-as'>,
): Promise<'make' | 'leave'> {
  const id = tableIdOf(statement.table.parts, statement.table.place, run.database)
  const where = at(statement.table.place)
  if (!(await databaseExists(run.deps, run.scope, id.database))) {
    throw new QueryFailure('SCHEMA_NOT_FOUND', `${where}Schema '${id.database}' does not exist`)
  }
  const tables = await run.deps.catalog.tables(run.scope, id.database)
  if (!tables.some(({ name }) => name === id.name)) return 'make'
  if (statement.ifNotExists) return 'leave'
  throw new QueryFailure(
    'TABLE_ALREADY_EXISTS',
    `${where}Table 'awsdatacatalog.${id.database}.${id.name}' already exists`,
  )
}
