import type { Clock } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Catalog, CatalogTable, StorageDescriptor } from '../../glue/catalog.ts'
import { parseS3Path } from '../../glue/s3-path.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { limits } from '../limits.ts'
import { QueryFailure } from '../query-failure.ts'
import type { PartitionFilter } from './partition-filter.ts'
import { isProjected, projectPartitions } from './projection.ts'

/** One object of a table, as a local file. */
export interface TableFile {
  readonly path: string
  /** `s3://bucket/key`. */
  readonly uri: string
  readonly etag: string
  readonly sizeBytes: number
  /** One for each partition key; null for Hive's default partition. */
  readonly values: ReadonlyArray<string | null>
  /** How the file is to be read: the partition's descriptor, else the table's. */
  readonly storage: StorageDescriptor
}

/** The partitions of a table that a query must read, and their places. */
export interface ReadPartition {
  readonly values: ReadonlyArray<string>
  readonly storage: StorageDescriptor
}

const DEFAULT_PARTITION = '__HIVE_DEFAULT_PARTITION__'

export interface TableFilesDeps {
  readonly catalog: Catalog
  readonly objects: ObjectAccess
  readonly clock: Clock
}

/** Partitions of the catalog (or of the table's projection) that `filter` lets pass. */
export async function findPartitions(
  deps: TableFilesDeps,
  scope: Scope,
  table: CatalogTable,
  filter: PartitionFilter,
): Promise<ReadonlyArray<ReadPartition>> {
  const { storage } = table
  if (!storage) return []
  if (table.partitionKeys.length === 0) return [{ values: [], storage }]
  if (isProjected(table)) {
    const projected = projectPartitions(table, filter, {
      nowMs: deps.clock.wallMs(),
      partitionsMax: limits.partitionsMax,
    })
    return projected.map(({ values, location }) => ({ values, storage: { ...storage, location } }))
  }
  const keys = table.partitionKeys.map(({ name }) => name.toLowerCase())
  const nullable = (value: string | undefined) =>
    value === undefined || value === DEFAULT_PARTITION ? null : value
  const found = await deps.catalog.partitions(scope, table.database, table.name, ({ values }) =>
    filter.mayMatch(new Map(keys.map((key, index) => [key, nullable(values[index])]))),
  )
  return found.map(({ values, storage: own }) => ({ values, storage: own ?? storage }))
}

/**
 * The objects of these partitions as local files. Hidden ones (`_…`, `.…`), folders and empty objects
 * are left out, as Hive does. `release` gives all of them back.
 */
export async function openFiles(
  deps: TableFilesDeps,
  scope: Scope,
  partitions: ReadonlyArray<ReadPartition>,
): Promise<{ readonly files: ReadonlyArray<TableFile>; release(): void }> {
  const found: Array<Omit<TableFile, 'path'> & { readonly bucket: string; readonly key: string }> =
    []
  for (const { values, storage } of partitions) {
    const { bucket, key } = parseS3Path(storage.location)
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    for await (const object of deps.objects.list(scope, bucket, prefix)) {
      if (object.sizeBytes === 0 || isHidden(object.key.slice(prefix.length))) continue
      if (found.length >= limits.filesMax) throw tooManyFiles()
      found.push({
        bucket,
        key: object.key,
        uri: `s3://${bucket}/${object.key}`,
        etag: object.etag,
        sizeBytes: object.sizeBytes,
        values: values.map((value) => (value === DEFAULT_PARTITION ? null : value)),
        storage,
      })
    }
  }
  const files: TableFile[] = []
  const releases: Array<() => void> = []
  const release = () => {
    for (const giveBack of releases.splice(0)) giveBack()
  }
  try {
    for (let at = 0; at < found.length; at += FILES_AT_ONCE) {
      // All of them have to be there or refused before any is given back.
      const opened = await Promise.allSettled(
        found.slice(at, at + FILES_AT_ONCE).map(async ({ bucket, key, ...file }) => {
          const local = await deps.objects.localFile(scope, bucket, key)
          releases.push(() => local.release())
          return { ...file, path: local.path }
        }),
      )
      files.push(...opened.map(settledValue))
    }
    return { files, release }
  } catch (error) {
    release()
    throw error
  }
}

const FILES_AT_ONCE = 32

function settledValue<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

function isHidden(relativeKey: string): boolean {
  return relativeKey.split('/').some((part) => part.startsWith('_') || part.startsWith('.'))
}

function tooManyFiles(): QueryFailure {
  return new QueryFailure(
    'HIVE_EXCEEDED_FILE_LIMIT',
    `the statement reads more than ${limits.filesMax} files`,
  )
}
