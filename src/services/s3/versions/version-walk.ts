import type { ObjectStore, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, versionsOf } from '../buckets/bucket.ts'
import { LIST_MAX } from '../limits.ts'
import { recordOf } from '../objects/object-record.ts'
import { behindVersionsOf, parseVersionKey, versionIdOf } from './version-keys.ts'

/** A version or delete marker, as it stood among those of its key. */
export interface WalkedVersion {
  readonly object: StoredObject
  /** Absent: it is the newest. */
  readonly noncurrent?: {
    /** When the version that followed it was written. */
    readonly sinceMs: number
    /** Of the versions between it and the newest. */
    readonly newerCount: number
  }
  /** Whether the key has no older version. */
  readonly isOldest: boolean
}

/**
 * All versions of a bucket behind a key: by key, and of a key from the newest to the oldest. Two pages
 * are in memory at a time. A key whose versions change under the walk may be told in part, or not at all.
 */
export type WalkVersions = (
  bucket: Pick<Bucket, 'storeId'>,
  afterKey?: string,
) => AsyncIterable<WalkedVersion>

interface Found {
  readonly object: StoredObject
  readonly isNewest: boolean
}

export function createWalkVersions({ store }: { readonly store: ObjectStore }): WalkVersions {
  async function* objectsAt(bucket: string, afterKey: string | undefined) {
    let after = afterKey
    for (;;) {
      const range = { bucket, prefix: '', limit: LIST_MAX }
      const page = await store.list({ ...range, ...(after !== undefined && { after }) })
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        after = entry.object.key
        yield entry.object
      }
      if (!page.truncated) return
    }
  }

  /** Both places in one order; of a key, the current object comes first. */
  async function* merged(bucket: Pick<Bucket, 'storeId'>, after: string | undefined) {
    const current = objectsAt(objectsOf(bucket), after)
    const others = objectsAt(
      versionsOf(bucket),
      after === undefined ? undefined : behindVersionsOf(after),
    )
    let object = await next(current)
    let other = versionOf(await next(others))
    while (object || other) {
      if (object && (!other || compare(object.key, other.object.key) <= 0)) {
        yield { object, isNewest: true }
        object = await next(current)
      } else if (other) {
        yield other
        other = versionOf(await next(others))
      }
    }
  }

  return async function* walk(bucket, afterKey) {
    let place: Place | undefined
    for await (const found of merged(bucket, afterKey)) {
      const { object } = found
      if (place?.newest.key !== object.key) {
        if (place) yield { ...place.last, isOldest: true }
        // Without a newest version, it is on its way from one place to the other.
        place = found.isNewest ? { newest: object, last: { object }, count: 0 } : undefined
        continue
      }
      if (found.isNewest || isSame(object, place.newest)) continue
      yield { ...place.last, isOldest: false }
      const noncurrent = { sinceMs: place.last.object.modifiedMs, newerCount: place.count }
      place = { ...place, last: { object, noncurrent }, count: place.count + 1 }
    }
    if (place) yield { ...place.last, isOldest: true }
  }
}

interface Place {
  readonly newest: StoredObject
  readonly last: Omit<WalkedVersion, 'isOldest'>
  readonly count: number
}

async function next(objects: AsyncGenerator<StoredObject>): Promise<StoredObject | undefined> {
  const { value, done } = await objects.next()
  return done ? undefined : value
}

function versionOf(object: StoredObject | undefined): Found | undefined {
  if (!object) return undefined
  const { key, isNewest } = parseVersionKey(object.key)
  return { object: { ...object, key }, isNewest }
}

function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function isSame(one: StoredObject, other: StoredObject): boolean {
  return versionIdOf(recordOf(one)) === versionIdOf(recordOf(other))
}
