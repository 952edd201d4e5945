import type {
  ObjectId,
  ObjectStore,
  SeenObject,
  StoredObject,
} from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, versionsOf } from '../buckets/bucket.ts'
import { LIST_MAX } from '../limits.ts'
import { recordOf } from '../objects/object-record.ts'
import { markerKey, NULL_VERSION, olderKey, parseVersionKey, versionIdOf } from './version-keys.ts'

/** A version and where it lies. */
export interface Version {
  readonly place: SeenObject
  /** Under the key that clients know. */
  readonly object: StoredObject
  readonly isNewest: boolean
}

type Place = Pick<Bucket, 'storeId'>

/** What there is of each key, of its current object and before it. Reads only. */
export interface VersionHistory {
  /** The current object. */
  current(bucket: Place, key: string): Promise<Version | undefined>
  /** The newest version, if it is a delete marker. */
  marker(bucket: Place, key: string): Promise<Version | undefined>
  /** The version, a delete marker too; `null` is the one without an id. */
  find(bucket: Place, key: string, versionId: string): Promise<Version | undefined>
  /** The newest of those that are neither of the first two. */
  firstOlder(bucket: Place, key: string): Promise<Version | undefined>
  /** The version `null`, if it is among the older ones. Costs what the key has of them. */
  olderNull(bucket: Place, key: string): Promise<Version | undefined>
}

const FIND_ATTEMPTS_MAX = 100

export function createVersionHistory({ store }: { readonly store: ObjectStore }): VersionHistory {
  async function at(id: ObjectId, key: string, isNewest: boolean): Promise<Version | undefined> {
    const found = await store.head(id)
    if (!found) return undefined
    const place = { ...id, revision: found.revision }
    return { place, object: { ...found, key }, isNewest }
  }

  const current = (bucket: Place, key: string) => at({ bucket: objectsOf(bucket), key }, key, true)
  const marker = (bucket: Place, key: string) =>
    at({ bucket: versionsOf(bucket), key: markerKey(key) }, key, true)

  async function* older(bucket: Place, key: string, pageSize: number): AsyncGenerator<Version> {
    const place = versionsOf(bucket)
    let after = markerKey(key)
    for (;;) {
      const prefix = markerKey(key)
      const page = await store.list({ bucket: place, prefix, after, limit: pageSize })
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        const { object } = entry
        after = object.key
        const parsed = parseVersionKey(object.key)
        // A key may go on behind a zero byte: that is another key.
        if (parsed.key !== key || parsed.isNewest) continue
        const { revision } = object
        yield {
          place: { bucket: place, key: object.key, revision },
          object: { ...object, key },
          isNewest: false,
        }
      }
      if (!page.truncated) return
    }
  }

  async function olderNull(bucket: Place, key: string): Promise<Version | undefined> {
    for await (const version of older(bucket, key, LIST_MAX)) {
      if (recordOf(version.object).versionId === undefined) return version
    }
    return undefined
  }

  return {
    current,
    marker,
    olderNull,

    async firstOlder(bucket, key) {
      for await (const version of older(bucket, key, 2)) return version
      return undefined
    },

    async find(bucket, key, versionId) {
      let seen: string | undefined
      for (let attempt = 0; attempt < FIND_ATTEMPTS_MAX; attempt++) {
        const newest = [await current(bucket, key), await marker(bucket, key)]
        for (const version of newest) {
          if (version && versionIdOf(recordOf(version.object)) === versionId) return version
        }
        const found = await (versionId === NULL_VERSION
          ? olderNull(bucket, key)
          : at({ bucket: versionsOf(bucket), key: olderKey(key, versionId) }, key, false))
        if (found) return found
        // It may have become the newest one behind our back; then the newest one has changed.
        const revision = newest.map((version) => version?.place.revision).join()
        if (attempt > 0 && seen === revision) return undefined
        seen = revision
      }
      return undefined
    },
  }
}
