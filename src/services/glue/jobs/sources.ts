import { isDeepStrictEqual } from 'node:util'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import type { CatalogPartition, CatalogTable, Column, StorageDescriptor } from '../catalog.ts'
import { invalidInput, unsupported } from '../catalog-errors.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { globPattern } from '../crawler/glob.ts'
import { limits } from '../limits.ts'
import { compileFilter } from '../partitions/filter.ts'
import { parseS3Path } from '../s3-path.ts'
import type { SeenObject } from './bookmarks.ts'
import type { InputFiles } from './input-files.ts'
import { compressionOfKey } from './input-files.ts'
import { fixedFolder, objectsOfPath } from './path-objects.ts'
import { tableFormat } from './table-format.ts'

/** The answer to `source.catalog` and `source.paths`; see `job-channel.ts`. */
export interface Source {
  readonly format?: string
  readonly formatOptions?: Readonly<Record<string, unknown>>
  readonly columns?: ReadonlyArray<ColumnName>
  readonly partitionKeys: ReadonlyArray<ColumnName>
  readonly groups: ReadonlyArray<SourceGroup>
  readonly fileCount: number
  readonly sizeBytes: number
  readonly skippedCount: number
}

interface ColumnName {
  readonly name: string
  readonly type: string
}

interface SourceGroup {
  readonly values: ReadonlyArray<string | null>
  readonly columns?: ReadonlyArray<ColumnName>
  readonly format?: string
  readonly formatOptions?: Readonly<Record<string, unknown>>
  readonly files: ReadonlyArray<string>
  readonly keys: ReadonlyArray<string>
  readonly compression: 'none' | 'gzip' | 'zstd'
}

/** What a source shares with the others of its run. */
export interface SourceContext {
  readonly scope: Scope
  readonly catalog: GlueCatalog
  readonly objects: ObjectAccess
  readonly input: InputFiles
  /** Whether the bookmark of this source has it already. */
  readonly isSeen: (object: SeenObject) => boolean
  /** Told of what is answered, so that a commit can move the bookmark over it. */
  readonly onRead: (object: SeenObject) => void
}

/** One place of data and what is known of it. */
interface Place {
  readonly bucket: string
  readonly objects: AsyncIterable<ObjectSummary>
  readonly values: ReadonlyArray<string | null>
  readonly differing: Pick<SourceGroup, 'columns' | 'format' | 'formatOptions'>
}

export async function catalogSource(
  context: SourceContext,
  request: {
    readonly database: string
    readonly table: string
    readonly predicate?: string
    readonly catalogPredicate?: string
  },
): Promise<Source> {
  const { catalog, scope } = context
  const table = await catalog.table(scope, request.database, request.table)
  if (!table.storage) throw unsupported(`Reading the view ${table.name}`)
  const format = tableFormat(table.storage, table.parameters)
  const excluded = exclusionsOf(table)
  const places: Place[] = []
  if (table.partitionKeys.length === 0) {
    places.push(placeOf(context, table.storage, excluded, [], {}))
  }
  for (const partition of await partitionsOf(context, table, request)) {
    const storage = partition.storage ?? table.storage
    const differing = differenceOf(table, partition)
    places.push(placeOf(context, storage, excluded, partition.values, differing))
  }
  return {
    ...format,
    columns: table.storage.columns.map(nameAndType),
    partitionKeys: table.partitionKeys.map(nameAndType),
    ...(await readPlaces(context, places)),
  }
}

const nameAndType = ({ name, type }: Column) => ({ name, type })

async function partitionsOf(
  { catalog, scope }: SourceContext,
  table: CatalogTable,
  request: { readonly predicate?: string; readonly catalogPredicate?: string },
): Promise<ReadonlyArray<CatalogPartition>> {
  if (table.partitionKeys.length === 0) return []
  const filters = [
    ...(request.predicate ? [compileFilter(request.predicate, table.partitionKeys, 'spark')] : []),
    ...(request.catalogPredicate
      ? [compileFilter(request.catalogPredicate, table.partitionKeys, 'catalog')]
      : []),
  ]
  return catalog.partitions(scope, table.database, table.name, ({ values }) =>
    filters.every((filter) => filter.matches(values)),
  )
}

function differenceOf(table: CatalogTable, partition: CatalogPartition): Place['differing'] {
  const { storage } = partition
  if (!storage || !table.storage) return {}
  const sameColumns = isDeepStrictEqual(
    storage.columns.map(nameAndType),
    table.storage.columns.map(nameAndType),
  )
  const own = tableFormat(storage, { ...table.parameters, ...partition.parameters })
  const sameFormat = isDeepStrictEqual(own, tableFormat(table.storage, table.parameters))
  return {
    ...(!sameColumns &&
      storage.columns.length > 0 && { columns: storage.columns.map(nameAndType) }),
    ...(!sameFormat && own),
  }
}

/** The glob patterns that a crawler left out: they go from the table's location. */
function exclusionsOf(table: CatalogTable): (path: string) => boolean {
  const text = table.parameters['exclusions']
  if (!text) return () => false
  const globs: unknown = JSON.parse(text)
  if (!Array.isArray(globs)) return () => false
  const patterns = globs.map((glob) => globPattern(String(glob)))
  const { bucket, key } = parseS3Path(table.storage?.location ?? '')
  const root = `s3://${bucket}/${fixedFolder(key)}`
  return (path) => {
    const relative = path.startsWith(root) ? path.slice(root.length) : path
    return patterns.some((pattern) => pattern.test(relative))
  }
}

function placeOf(
  { objects, scope }: SourceContext,
  storage: StorageDescriptor,
  excluded: (path: string) => boolean,
  values: ReadonlyArray<string | null>,
  differing: Place['differing'],
): Place {
  const { bucket, key } = parseS3Path(storage.location)
  const folder = `s3://${bucket}/${fixedFolder(key)}`
  const options = {
    recurse: true,
    excluded: (relative: string) => excluded(folder + relative),
  }
  return {
    bucket,
    values,
    differing,
    objects: objectsOfPath(objects, scope, { bucket, key }, options),
  }
}

export async function pathSource(
  context: SourceContext,
  request: {
    readonly paths: ReadonlyArray<string>
    readonly exclusions: ReadonlyArray<string>
    readonly recurse: boolean
  },
): Promise<Source> {
  const patterns = request.exclusions.map((glob) => globPattern(glob))
  const excluded = (path: string) => patterns.some((pattern) => pattern.test(path))
  const found: { bucket: string; object: ObjectSummary; folders: Map<string, string> }[] = []
  for (const path of request.paths) {
    const target = parseS3Path(path)
    const { bucket } = target
    const base = fixedFolder(target.key)
    const options = {
      recurse: request.recurse,
      // Exclusions name whole paths (`s3://bucket/**.csv`) or ends of them.
      excluded: (relative: string) =>
        excluded(relative) || excluded(`s3://${bucket}/${target.key}${relative}`),
    }
    for await (const object of objectsOfPath(context.objects, context.scope, target, options)) {
      found.push({ bucket, object, folders: foldersOf(object.key.slice(base.length)) })
    }
  }
  const names = [...new Set(found.flatMap(({ folders }) => [...folders.keys()]))]
  const places = found.map(({ bucket, object, folders }) => ({
    bucket,
    objects: only(object),
    values: names.map((name) => folders.get(name) ?? null),
    differing: {},
  }))
  return {
    partitionKeys: names.map((name) => ({ name, type: 'string' })),
    ...(await readPlaces(context, places)),
  }
}

async function* only<T>(item: T): AsyncIterable<T> {
  yield item
}

/** `key=value` folders on the way to the object, below its path. */
function foldersOf(key: string): Map<string, string> {
  const folders = new Map<string, string>()
  for (const part of key.split('/').slice(0, -1)) {
    const at = part.indexOf('=')
    if (at > 0) folders.set(part.slice(0, at), folderValue(part.slice(at + 1)))
  }
  return folders
}

function folderValue(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function readPlaces(
  context: SourceContext,
  places: ReadonlyArray<Place>,
): Promise<Pick<Source, 'groups' | 'fileCount' | 'sizeBytes' | 'skippedCount'>> {
  const groups = new Map<
    string,
    { place: Place; compression: SourceGroup['compression']; members: ObjectSummary[] }
  >()
  let fileCount = 0
  let sizeBytes = 0
  let skippedCount = 0
  for (const place of places) {
    for await (const object of place.objects) {
      const seen = { path: `s3://${place.bucket}/${object.key}`, modifiedMs: object.modifiedMs }
      if (context.isSeen(seen)) {
        skippedCount++
        continue
      }
      context.onRead(seen)
      if (++fileCount > limits.sourceFilesMax) {
        throw invalidInput(`A source has more than ${limits.sourceFilesMax} objects`)
      }
      sizeBytes += object.sizeBytes
      const compression = compressionOfKey(object.key)
      const id = JSON.stringify([place.bucket, place.values, place.differing, compression])
      const group = groups.get(id) ?? { place, compression, members: [] }
      group.members.push(object)
      groups.set(id, group)
    }
  }
  const answered: SourceGroup[] = []
  for (const { place, compression, members } of groups.values()) {
    answered.push({
      values: place.values,
      ...place.differing,
      files: await context.input.bring(place.bucket, members),
      keys: members.map(({ key }) => `s3://${place.bucket}/${key}`),
      compression,
    })
  }
  return { groups: answered, fileCount, sizeBytes, skippedCount }
}
