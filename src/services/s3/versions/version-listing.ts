import type { ListPage, ObjectStore, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, versionsOf } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import { invalidArgument } from '../s3-errors.ts'
import type { VersionHistory } from './version-history.ts'
import {
  behindVersionsOf,
  isVersionId,
  markerKey,
  NULL_VERSION,
  olderKey,
  parseVersionKey,
  versionIdOf,
} from './version-keys.ts'

/** A version or delete marker, or what keys share up to a delimiter. */
export type VersionEntry =
  | { readonly version: StoredObject; readonly isLatest: boolean }
  | { readonly commonPrefix: string }

export interface VersionsPage {
  readonly entries: ReadonlyArray<VersionEntry>
  readonly truncated: boolean
}

export interface VersionsRequest {
  readonly prefix: string
  readonly delimiter?: string
  /** Behind all versions of the key, or behind the one with the id. */
  readonly after?: { readonly key: string; readonly versionId?: string }
  readonly limit: number
}

/** In byte order of the key, the versions of a key from the newest to the oldest. */
export type ListVersions = (bucket: Bucket, request: VersionsRequest) => Promise<VersionsPage>

export function createListVersions(deps: {
  readonly store: ObjectStore
  readonly history: VersionHistory
}): ListVersions {
  const { store, history } = deps

  /** Where the versions that are no current objects go on. */
  async function placeBehind(bucket: Bucket, { key, versionId }: After): Promise<string> {
    if (versionId === undefined) return behindVersionsOf(key)
    if (isVersionId(versionId)) return olderKey(key, versionId)
    if (versionId !== NULL_VERSION) {
      throw invalidArgument('Invalid version id specified', 'version-id-marker', versionId)
    }
    const version = await history.find(bucket, key, versionId)
    // Removed between two pages: rather some versions twice than one never.
    return version && !version.isNewest ? version.place.key : markerKey(key)
  }

  return async (bucket, { after, limit, ...request }) => {
    if (limit === 0) return { entries: [], truncated: false }
    const place = after && (await placeBehind(bucket, after))
    const objects = await store.list({
      ...request,
      bucket: objectsOf(bucket),
      limit: limit + 1,
      ...(after && { after: after.key }),
    })
    const others = await store.list({
      ...request,
      bucket: versionsOf(bucket),
      limit: limit + 1,
      ...(place !== undefined && { after: place }),
    })
    const entries = merged(objects, others)
    return { entries: entries.slice(0, limit), truncated: entries.length > limit }
  }
}

type After = NonNullable<VersionsRequest['after']>

/** Both pages in one order; of a key, the current object comes first. */
function merged(objects: ListPage, others: ListPage): VersionEntry[] {
  const current = objects.entries.map(
    (entry): VersionEntry =>
      'object' in entry ? { version: entry.object, isLatest: true } : entry,
  )
  const older = others.entries.map((entry): VersionEntry => {
    if (!('object' in entry)) return entry
    const { key, isNewest } = parseVersionKey(entry.object.key)
    return { version: { ...entry.object, key }, isLatest: isNewest }
  })
  const entries: VersionEntry[] = []
  while (current.length + older.length > 0) {
    const [one] = current
    const [other] = older
    const fromCurrent = one && (!other || compare(one, other) <= 0)
    const next = fromCurrent ? current.shift() : older.shift()
    const last = entries.at(-1)
    if (!next || (last && isSame(last, next))) continue
    const follows = last !== undefined && compare(last, next) === 0
    // A version that became the current object between the two pages is no longer the newest one.
    entries.push('version' in next && follows ? { ...next, isLatest: false } : next)
  }
  return entries
}

function nameOf(entry: VersionEntry): string {
  return 'version' in entry ? entry.version.key : entry.commonPrefix
}

function compare(one: VersionEntry, other: VersionEntry): number {
  return Buffer.compare(Buffer.from(nameOf(one)), Buffer.from(nameOf(other)))
}

function isSame(one: VersionEntry, other: VersionEntry): boolean {
  if (nameOf(one) !== nameOf(other)) return false
  if (!('version' in one && 'version' in other)) return true
  return versionIdOf(recordOf(one.version)) === versionIdOf(recordOf(other.version))
}
