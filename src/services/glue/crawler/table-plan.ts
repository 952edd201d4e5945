import type { Column } from '../catalog.ts'
import type { ObjectSchema } from './classify-object.ts'
import type { Folder } from './folder-tree.ts'
import type { Field } from './schema-types.ts'
import { mergeFields, mergeTypes, printType } from './schema-types.ts'

/** Data of one schema in one place. */
export interface DataSet {
  readonly schema: ObjectSchema
  readonly objectCount: number
  readonly sizeBytes: number
}

/** What was found directly in a folder: what most files are, and those that are something else. */
export interface FolderContents {
  readonly data?: DataSet
  readonly files: ReadonlyArray<DataSet & { readonly key: string }>
}

/** A table that the crawl found. */
export interface PlannedTable {
  /** Prefix with `/` at the end, or the key of a single object. */
  readonly location: string
  readonly schema: ObjectSchema
  readonly partitionKeys: ReadonlyArray<Column>
  readonly partitions: ReadonlyArray<PlannedPartition>
  readonly objectCount: number
  readonly sizeBytes: number
}

export interface PlannedPartition extends DataSet {
  readonly location: string
  readonly values: ReadonlyArray<string>
}

export interface PlanOptions {
  /** `CombineCompatibleSchemas`: schemas need not be alike, only of one format. */
  readonly combine: boolean
  /** `TableLevelConfiguration`: tables are made of the folders of this level. */
  readonly tableLevel?: number
}

/** AWS Glue Developer Guide: schemas are one table's when they are at least 70 % alike. */
const ALIKE_MIN = 0.7

/**
 * A table in the making: a folder whose data are one, with the folder names between it and them.
 */
interface Unit {
  readonly location: string
  readonly schema: ObjectSchema
  readonly depth: number
  readonly parts: ReadonlyArray<Part>
}

interface Part extends DataSet {
  readonly location: string
  readonly folders: ReadonlyArray<string>
}

interface Found {
  /** The unit of this very folder, which may become part of its parent's. */
  readonly main?: Unit
  readonly others: ReadonlyArray<Unit>
}

/**
 * Decides which folders are tables and which are partitions (AWS Glue Developer Guide, "How a
 * crawler determines when to create partitions"): where the majority of the folders of one level
 * are alike, they are the partitions of one table, named by `key=value` or else `partition_0` …;
 * where they are not, each is a table of its own.
 */
export function planTables(
  root: Folder,
  contentsOf: (folder: Folder) => FolderContents | undefined,
  options: PlanOptions,
): PlannedTable[] {
  const found = examine(root, contentsOf, options)
  return [...(found.main ? [found.main] : []), ...found.others].map(tableOf)
}

function examine(
  folder: Folder,
  contentsOf: (folder: Folder) => FolderContents | undefined,
  options: PlanOptions,
): Found {
  const { tableLevel } = options
  const forced = tableLevel !== undefined && folder.level >= tableLevel
  const below = [...folder.folders.values()].map((child) => ({
    name: child.name,
    found: examine(child, contentsOf, options),
  }))
  const others = below.flatMap(({ found }) => found.others)
  const children = below.flatMap(({ name, found }) =>
    found.main ? [{ name, unit: found.main }] : [],
  )
  const mayCombine = tableLevel === undefined || forced
  const { combined, rest } = mayCombine
    ? combineChildren(folder, children, options.combine || forced)
    : { combined: undefined, rest: children.map(({ unit }) => unit) }
  const own = contentsOf(folder)
  const files = (own?.files ?? []).map(({ key, ...data }) => unitOf(key, data))
  const apart = [...files, ...rest, ...others]
  if (!own?.data) return { ...(combined && { main: combined }), others: apart }
  const mine = unitOf(folder.prefix, own.data)
  if (!combined) return { main: mine, others: apart }
  if (areAlike(mine.schema, combined.schema, options.combine || forced)) {
    return { main: flattened(folder.prefix, [mine, combined]), others: apart }
  }
  return { main: combined, others: [...apart, mine] }
}

const unitOf = (location: string, data: DataSet): Unit => ({
  location,
  schema: data.schema,
  depth: 0,
  parts: [{ ...data, location, folders: [] }],
})

/** Data on several levels of one folder: a table without partitions over all of it. */
function flattened(location: string, units: ReadonlyArray<Unit>): Unit {
  const parts = units.flatMap((unit) => unit.parts)
  const schema = units.map((unit) => unit.schema).reduce(mergeSchemas)
  const objectCount = sumOf(parts, (part) => part.objectCount)
  const sizeBytes = sumOf(parts, (part) => part.sizeBytes)
  return unitOf(location, { schema, objectCount, sizeBytes })
}

function sumOf<T>(items: ReadonlyArray<T>, count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0)
}

interface Child {
  readonly name: string
  readonly unit: Unit
}

function combineChildren(
  folder: Folder,
  children: ReadonlyArray<Child>,
  ignoreLikeness: boolean,
): { readonly combined?: Unit; readonly rest: ReadonlyArray<Unit> } {
  const groups: { schema: ObjectSchema; members: Child[] }[] = []
  for (const child of children) {
    const group = groups.find(
      ({ schema, members }) =>
        members[0]?.unit.depth === child.unit.depth &&
        (areAlike(schema, child.unit.schema, ignoreLikeness) ||
          areAlike(members.at(-1)?.unit.schema ?? schema, child.unit.schema, ignoreLikeness)),
    )
    if (group) {
      group.schema = mergeSchemas(group.schema, child.unit.schema)
      group.members.push(child)
    } else groups.push({ schema: child.unit.schema, members: [child] })
  }
  const [largest] = groups.sort((a, b) => b.members.length - a.members.length)
  if (!largest || largest.members.length * 2 <= children.length) {
    return { rest: children.map(({ unit }) => unit) }
  }
  const combined: Unit = {
    location: folder.prefix,
    schema: largest.schema,
    depth: (largest.members[0]?.unit.depth ?? 0) + 1,
    parts: largest.members.flatMap(({ name, unit }) =>
      unit.parts.map((part) => ({ ...part, folders: [name, ...part.folders] })),
    ),
  }
  const members = new Set(largest.members)
  const rest = children.filter((child) => !members.has(child)).map(({ unit }) => unit)
  return { combined, rest }
}

/** Whether files with these schemas can be one data set. */
function areAlike(left: ObjectSchema, right: ObjectSchema, ignoreLikeness: boolean): boolean {
  if (
    left.classification !== right.classification ||
    left.compression !== right.compression ||
    left.jsonPath !== right.jsonPath ||
    left.csv?.delimiter !== right.csv?.delimiter ||
    left.csv?.hasHeader !== right.csv?.hasHeader
  ) {
    return false
  }
  return ignoreLikeness || likeness(left, right) >= ALIKE_MIN
}

/** Twice the common columns over all columns: 1 for equal schemas, 0 for disjoint ones. */
function likeness(left: ObjectSchema, right: ObjectSchema): number {
  const known = new Map(left.fields.map((field) => [field.name.toLowerCase(), field]))
  const common = right.fields.filter((field) => {
    const other = known.get(field.name.toLowerCase())
    return other && sameKind(other, field, left.csv?.hasHeader ?? true)
  })
  const total = left.fields.length + right.fields.length
  return total === 0 ? 1 : (2 * common.length) / total
}

function sameKind(left: Field, right: Field, named: boolean): boolean {
  if (left.type.kind !== right.type.kind) return false
  if (named) return true
  // Columns without names are told apart by their types only.
  const isText = (field: Field) => printType(field.type) === 'string'
  return isText(left) === isText(right)
}

function mergeSchemas(left: ObjectSchema, right: ObjectSchema): ObjectSchema {
  const quoted = (left.csv?.quoted ?? false) || (right.csv?.quoted ?? false)
  return {
    ...left,
    fields: left.csv && !left.csv.hasHeader ? byPosition(left, right) : byName(left, right),
    records: left.records + right.records,
    ...(left.csv && { csv: { ...left.csv, quoted } }),
  }
}

const byName = (left: ObjectSchema, right: ObjectSchema) => mergeFields(left.fields, right.fields)

function byPosition(left: ObjectSchema, right: ObjectSchema): Field[] {
  const [longer, shorter] =
    left.fields.length >= right.fields.length ? [left, right] : [right, left]
  return longer.fields.map((field, at) => {
    const other = shorter.fields[at]
    return other ? { name: field.name, type: mergeTypes(field.type, other.type) } : field
  })
}

function tableOf(unit: Unit): PlannedTable {
  const keys = Array.from({ length: unit.depth }, (_, level) => keyOf(unit, level))
  const partitions = unit.parts.map(({ folders, ...data }) => ({
    ...data,
    values: folders.map((name, level) => (keys[level] ? partitionValue(name) : name)),
  }))
  return {
    location: unit.location,
    schema: unit.schema,
    partitionKeys: keys.map((key, level) => ({
      name: key ?? `partition_${level}`,
      type: 'string',
    })),
    partitions: unit.depth > 0 ? partitions : [],
    objectCount: sumOf(unit.parts, (part) => part.objectCount),
    sizeBytes: sumOf(unit.parts, (part) => part.sizeBytes),
  }
}

/** The common `key` of `key=value` folders on one level; undefined when they have none. */
function keyOf(unit: Unit, level: number): string | undefined {
  const keys = new Set(unit.parts.map(({ folders }) => /^([^=]+)=/.exec(folders[level] ?? '')?.[1]))
  const [key] = keys
  return keys.size === 1 ? key?.toLowerCase() : undefined
}

function partitionValue(name: string): string {
  const value = name.slice(name.indexOf('=') + 1)
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/**
 * What the files of one folder are together. AWS: files that are not alike become a table each;
 * here only those that differ from the majority do.
 */
export function contentsOfFiles(
  files: ReadonlyArray<DataSet & { readonly key: string }>,
  ignoreLikeness: boolean,
): FolderContents {
  const groups: { schema: ObjectSchema; members: (DataSet & { readonly key: string })[] }[] = []
  for (const file of files) {
    const group = groups.find(({ schema }) => areAlike(schema, file.schema, ignoreLikeness))
    if (group) {
      group.schema = mergeSchemas(group.schema, file.schema)
      group.members.push(file)
    } else groups.push({ schema: file.schema, members: [file] })
  }
  const [largest] = groups.sort((a, b) => b.members.length - a.members.length)
  if (!largest || largest.members.length * 2 <= files.length) return { files }
  const members = new Set(largest.members)
  return {
    data: {
      schema: largest.schema,
      objectCount: sumOf(largest.members, (file) => file.objectCount),
      sizeBytes: sumOf(largest.members, (file) => file.sizeBytes),
    },
    files: files.filter((file) => !members.has(file)),
  }
}
