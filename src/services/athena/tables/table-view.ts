import type { CatalogTable, Column } from '../../glue/catalog.ts'
import { duckdbTypeOf, parseHiveType, quoteName, quoteText } from '../../glue/hive-type.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import { readDelimited } from './read-delimited.ts'
import type { JsonKeys } from './read-json.ts'
import { readJson } from './read-json.ts'
import type { StorageFormat, TextCompression } from './storage-format.ts'
import { compressionOf, storageFormatOf } from './storage-format.ts'
import type { TableFile } from './table-files.ts'

/** A column with its type in the engine. */
export interface ReadColumn {
  /** Lower case. */
  readonly name: string
  readonly type: string
  readonly hiveType: string
}

/** Files that are read the same way. */
export interface FileGroup {
  readonly format: StorageFormat
  readonly compression: TextCompression
  readonly files: ReadonlyArray<TableFile>
}

/** Column of the engine's readers that names the file a row comes from. */
const FILE_COLUMN = '$file'

export function readColumnsOf(columns: ReadonlyArray<Column>): ReadColumn[] {
  return columns.map(({ name, type }) => {
    const parsed = parseHiveType(type)
    const converted = parsed && duckdbTypeOf(parsed)
    if (!converted) throw new UnsupportedSqlError(`the column type ${type}`)
    return { name: name.toLowerCase(), type: converted, hiveType: type.toLowerCase() }
  })
}

/** In one group: the same SerDe with the same parameters, and the same compression. */
export function groupFiles(
  table: CatalogTable,
  files: ReadonlyArray<TableFile>,
): ReadonlyArray<FileGroup> {
  const groups = new Map<
    string,
    { format: StorageFormat; compression: TextCompression; files: TableFile[] }
  >()
  for (const file of files) {
    const { serde, inputFormat, parameters } = file.storage
    const isParquet = /parquet/i.test(`${serde?.library}${inputFormat}`)
    const compression = isParquet ? 'uncompressed' : compressionOf(file.uri)
    const key = JSON.stringify([
      serde?.library,
      serde?.parameters,
      inputFormat,
      parameters,
      compression,
    ])
    const group = groups.get(key) ?? {
      format: storageFormatOf(file.storage, table.parameters),
      compression,
      files: [],
    }
    group.files.push(file)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/**
 * SQL that makes the view of a table, with its partition columns typed by the catalog (and `$path` when
 * asked for). Files are named one by one: nothing but them is read.
 */
export function tableViewSql(options: {
  readonly table: CatalogTable
  /** Quoted name of the view, with its schema. */
  readonly viewName: string
  /** Quoted name for the list of files. */
  readonly filesName: string
  readonly files: ReadonlyArray<TableFile>
  readonly jsonKeys: JsonKeys
  readonly withPath: boolean
}): string[] {
  const { table, viewName, filesName, files, withPath } = options
  const columns = readColumnsOf(table.storage?.columns ?? [])
  const keys = readColumnsOf(table.partitionKeys)
  const path = withPath ? [{ name: '$path', type: 'VARCHAR', hiveType: 'string' }] : []
  if (files.length === 0) {
    const none = [...columns, ...keys, ...path].map(
      ({ name, type }) => `NULL::${type} AS ${quoteName(name)}`,
    )
    return [`CREATE VIEW ${viewName} AS SELECT ${none.join(', ')} WHERE false`]
  }
  const needsFile = keys.length > 0 || withPath
  const reads = groupFiles(table, files).map((group) =>
    readGroup(group, columns, options.jsonKeys, needsFile),
  )
  const source = reads.join(' UNION ALL ')
  const read = columns.map(({ name }) => `r.${quoteName(name)}`)
  if (!needsFile) return [`CREATE VIEW ${viewName} AS SELECT ${read.join(', ')} FROM (${source}) r`]
  const joined = [...keys, ...path].map(({ name }) => `f.${quoteName(name)}`)
  return [
    ...filesTableSql(filesName, files, keys, withPath),
    `CREATE VIEW ${viewName} AS SELECT ${[...read, ...joined].join(', ')}
       FROM (${source}) r JOIN ${filesName} f ON r.${quoteName(FILE_COLUMN)} = f.${quoteName(FILE_COLUMN)}`,
  ]
}

const ROWS_A_STATEMENT = 5000

/** File by file what its rows have in common: partition values and the object's name. */
function filesTableSql(
  name: string,
  files: ReadonlyArray<TableFile>,
  keys: ReadonlyArray<ReadColumn>,
  withPath: boolean,
): string[] {
  const columns = [
    `${quoteName(FILE_COLUMN)} VARCHAR`,
    ...keys.map((key) => `${quoteName(key.name)} ${key.type}`),
    ...(withPath ? ['"$path" VARCHAR'] : []),
  ]
  const statements = [`CREATE TABLE ${name} (${columns.join(', ')})`]
  for (let at = 0; at < files.length; at += ROWS_A_STATEMENT) {
    const rows = files.slice(at, at + ROWS_A_STATEMENT).map((file) => {
      const values = keys.map((_, index) => {
        const value = file.values[index]
        return value === null || value === undefined ? 'NULL' : quoteText(value)
      })
      const all = [quoteText(file.path), ...values, ...(withPath ? [quoteText(file.uri)] : [])]
      return `(${all.join(', ')})`
    })
    statements.push(`INSERT INTO ${name} VALUES ${rows.join(', ')}`)
  }
  return statements
}

/** A SELECT of the table's columns, and of the file's name when asked for. */
function readGroup(
  group: FileGroup,
  columns: ReadonlyArray<ReadColumn>,
  jsonKeys: JsonKeys,
  withFile: boolean,
): string {
  switch (group.format.kind) {
    case 'parquet':
      return readParquet(group, columns, withFile)
    case 'json':
      return readJson(group, group.format, columns, jsonKeys, withFile)
    default:
      return readDelimited(group, group.format, columns, withFile)
  }
}

/** By name, without regard to case; what a file lacks is null (Athena reads Parquet by name). */
function readParquet(
  { files }: FileGroup,
  columns: ReadonlyArray<ReadColumn>,
  withFile: boolean,
): string {
  const fields = columns.map(
    ({ name, type }) =>
      `${quoteText(name)}: {name: ${quoteText(name)}, type: ${quoteText(type)}, default_value: NULL}`,
  )
  const list = files.map(({ path }) => quoteText(path)).join(', ')
  const filename = withFile ? `, filename = ${quoteText(FILE_COLUMN)}` : ''
  return `SELECT * FROM read_parquet([${list}], schema = MAP {${fields.join(', ')}}${filename})`
}
