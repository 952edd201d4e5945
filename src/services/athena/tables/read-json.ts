import type { HiveType } from '../../glue/hive-type.ts'
import { duckdbTypeOf, parseHiveType, quoteName, quoteText } from '../../glue/hive-type.ts'
import type { StorageFormat } from './storage-format.ts'
import type { TableFile } from './table-files.ts'
import type { FileGroup, ReadColumn } from './table-view.ts'

/**
 * The keys that objects in a file have, as they are spelled: `{"userId": {}, "items": [{"SKU": {}}]}`.
 * Hive's SerDes match columns without regard to case, the engine does not; so the spelling in the
 * files is looked up first.
 */
export type JsonShape = { readonly [key: string]: JsonShape } | ReadonlyArray<JsonShape> | string

/** Shape by file. */
export type JsonKeys = ReadonlyMap<TableFile, JsonShape>

export function readJson(
  { files, compression }: FileGroup,
  format: Extract<StorageFormat, { kind: 'json' }>,
  columns: ReadonlyArray<ReadColumn>,
  jsonKeys: JsonKeys,
  withFile: boolean,
): string {
  const spelled = spellings(files, jsonKeys)
  const wanted = columns.map((column) => {
    const key = format.mapping.get(column.name) ?? column.name
    return { column, keys: [...(spelled.get(key.toLowerCase()) ?? [])] }
  })
  const list = files.map(({ path }) => quoteText(path)).join(', ')
  const options = [
    "format = 'newline_delimited'",
    `compression = ${quoteText(compression)}`,
    ...(format.ignoreMalformed ? ['ignore_errors = true'] : []),
    ...(withFile ? ["filename = '$file'"] : []),
  ]
  const fileColumn = withFile ? ['"$file"'] : []
  if (wanted.some(({ keys }) => keys.length > 1)) {
    const selected = wanted.map(
      ({ column, keys }) =>
        `${fromSeveral(column, keys, (key) => shapeOf(files, jsonKeys, key))} AS ${quoteName(column.name)}`,
    )
    return `SELECT ${[...selected, ...fileColumn].join(', ')}
      FROM read_json_objects([${list}], ${options.join(', ')})`
  }
  const present = wanted.flatMap(({ column, keys }) => {
    const [key] = keys
    return key === undefined ? [] : [{ column, key }]
  })
  const selected = wanted.map(({ column, keys: [key] }) => {
    const name = quoteName(column.name)
    if (key === undefined) return `NULL::${column.type} AS ${name}`
    return `CAST(${quoteName(key)} AS ${column.type}) AS ${name}`
  })
  const types = present.map(({ column, key }) => {
    const shape = shapeOf(files, jsonKeys, key)
    return `${quoteText(key)}: ${quoteText(readType(column, shape))}`
  })
  // With no key to read, the lines still count.
  const source =
    types.length > 0
      ? `read_json([${list}], columns = {${types.join(', ')}}, ${options.join(', ')})`
      : `read_json_objects([${list}], ${options.join(', ')})`
  return `SELECT ${[...selected, ...fileColumn].join(', ')} FROM ${source}`
}

/** Every spelling of every top-level key, by its lower case. */
function spellings(files: ReadonlyArray<TableFile>, jsonKeys: JsonKeys): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of files) {
    const shape = jsonKeys.get(file)
    if (!isObject(shape)) continue
    for (const key of Object.keys(shape)) {
      const folded = key.toLowerCase()
      const keys = found.get(folded) ?? new Set()
      keys.add(key)
      found.set(folded, keys)
    }
  }
  return found
}

function isObject(shape: JsonShape | undefined): shape is { readonly [key: string]: JsonShape } {
  return typeof shape === 'object' && !Array.isArray(shape)
}

function shapeOf(
  files: ReadonlyArray<TableFile>,
  jsonKeys: JsonKeys,
  key: string,
): JsonShape | undefined {
  for (const file of files) {
    const shape = jsonKeys.get(file)
    const inner = isObject(shape) ? shape[key] : undefined
    // A file in which the key is always null shows nothing of what is below it.
    if (inner !== undefined && inner !== 'NULL') return inner
  }
  return undefined
}

/** The column's type with the fields of structs spelled as in the files. */
function readType(column: ReadColumn, shape: JsonShape | undefined): string {
  const type = parseHiveType(column.hiveType)
  if (!type) return column.type
  return spelledType(type, shape) ?? column.type
}

function spelledType(type: HiveType, shape: JsonShape | undefined): string | undefined {
  if (type.kind === 'struct') {
    const fields = type.fields.map(({ name, type: inner }) => {
      const keys = isObject(shape) ? Object.keys(shape) : []
      const key = keys.find((candidate) => candidate.toLowerCase() === name.toLowerCase()) ?? name
      const below = isObject(shape) ? shape[key] : undefined
      const converted = spelledType(inner, below)
      return converted && `${quoteName(key)} ${converted}`
    })
    return fields.includes(undefined) ? undefined : `STRUCT(${fields.join(', ')})`
  }
  if (type.kind === 'array') {
    const element = spelledType(type.element, Array.isArray(shape) ? shape[0] : undefined)
    return element && `${element}[]`
  }
  return duckdbTypeOf(type)
}

/** A column whose key is spelled in several ways: the first that is there. */
function fromSeveral(
  column: ReadColumn,
  keys: ReadonlyArray<string>,
  shapeOfKey: (key: string) => JsonShape | undefined,
): string {
  const { type, hiveType } = column
  const values = keys.map((key) => {
    const path = quoteText(`$."${key.replaceAll('"', '\\"')}"`)
    if (type === 'VARCHAR') return `json_extract_string(json, ${path})`
    const value = `json_extract(json, ${path})`
    if (!hiveType.includes('<')) return `CAST(${value} AS ${type})`
    // A cast takes no keys that the type does not have; this passes over them.
    const structure = quoteText(JSON.stringify(readType(column, shapeOfKey(key))))
    return `CAST(json_transform(${value}, ${structure}) AS ${type})`
  })
  if (values.length === 0) return `NULL::${type}`
  return values.length === 1 ? values.join('') : `coalesce(${values.join(', ')})`
}
