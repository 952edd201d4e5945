import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { compileFilter } from '../partitions/filter.ts'
import { parseS3Path } from '../s3-path.ts'

export interface PurgeDeps {
  readonly scope: Scope
  readonly objects: ObjectAccess
  readonly catalog: GlueCatalog
  readonly nowMs: number
}

export interface PurgeRules {
  readonly retentionHours: number
  readonly excludedStorageClasses: ReadonlyArray<string>
  readonly predicate?: string
}

const HOUR_MS = 3_600_000

/** Removes the old objects below a path; answers how many. */
export async function purgePath(deps: PurgeDeps, path: string, rules: PurgeRules): Promise<number> {
  const { bucket, key } = parseS3Path(path)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  let removed = 0
  for (const object of await old(deps, bucket, prefix, rules)) {
    if (rules.predicate && !matchesFolders(object.key.slice(prefix.length), rules.predicate)) {
      continue
    }
    await deps.objects.remove(deps.scope, bucket, object.key)
    removed++
  }
  return removed
}

/** Removes the old objects of a table, or of those of its partitions that the predicate names. */
export async function purgeTable(
  deps: PurgeDeps,
  database: string,
  name: string,
  rules: PurgeRules,
): Promise<number> {
  const { predicate, ...byAge } = rules
  const table = await deps.catalog.table(deps.scope, database, name)
  if (table.partitionKeys.length === 0) {
    return table.storage ? purgePath(deps, table.storage.location, byAge) : 0
  }
  const filter = predicate ? compileFilter(predicate, table.partitionKeys, 'spark') : undefined
  const partitions = await deps.catalog.partitions(
    deps.scope,
    database,
    name,
    ({ values }) => filter?.matches(values) ?? true,
  )
  let removed = 0
  for (const { storage } of partitions) {
    if (storage) removed += await purgePath(deps, storage.location, byAge)
  }
  return removed
}

async function old(
  { objects, scope, nowMs }: PurgeDeps,
  bucket: string,
  prefix: string,
  { retentionHours, excludedStorageClasses }: PurgeRules,
): Promise<ObjectSummary[]> {
  const found: ObjectSummary[] = []
  for await (const object of objects.list(scope, bucket, prefix)) {
    const isOld = object.modifiedMs <= nowMs - retentionHours * HOUR_MS
    if (isOld && !excludedStorageClasses.includes(object.storageClass)) found.push(object)
  }
  return found
}

function matchesFolders(relative: string, predicate: string): boolean {
  const pairs = relative
    .split('/')
    .slice(0, -1)
    .filter((folder) => folder.includes('='))
    .map((folder) => [folder.slice(0, folder.indexOf('=')), folder.slice(folder.indexOf('=') + 1)])
  const keys = pairs.map(([name = '']) => ({ name, type: 'string' }))
  return compileFilter(predicate, keys, 'spark').matches(pairs.map(([, value = '']) => value))
}
