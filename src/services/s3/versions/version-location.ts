import type { ObjectId } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf } from '../buckets/bucket.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import {
  deleteMarkerNotAllowed,
  invalidVersionId,
  noSuchKey,
  noSuchKeyAnyMore,
  noSuchVersion,
  operationAborted,
} from '../s3-errors.ts'
import type { Version, VersionHistory } from './version-history.ts'
import { isVersionId, NULL_VERSION, versionIdOf } from './version-keys.ts'

/** Which version of a key is meant, and to do what: a delete marker's refusal names the method. */
export interface Wanted {
  readonly bucket: Bucket
  readonly key: string
  readonly versionId?: string | undefined
  readonly method: 'GET' | 'PUT'
}

/** Throws what a run on a place throws when another version lies there by now. */
export type RequireSame = (record: ObjectRecord) => void

const ATTEMPTS_MAX = 100

class VersionMoved extends Error {
  override readonly name = 'VersionMoved'
}

/** AWS: an object of a bucket without versions is its own version `null`. */
export function requireVersionId({ versioning }: Bucket, versionId: string | undefined): void {
  if (versionId === undefined || versionId === NULL_VERSION) return
  if (!versioning || !isVersionId(versionId)) throw invalidVersionId(versionId)
}

/** Finds the versions that requests name. What they answer when there is none is thrown. */
export function createVersionLocation({ history }: { readonly history: VersionHistory }) {
  async function locate({ bucket, key, versionId, method }: Wanted): Promise<Version> {
    const version = await (versionId === undefined || !bucket.versioning
      ? ((await history.current(bucket, key)) ??
        (bucket.versioning ? history.marker(bucket, key) : undefined))
      : history.find(bucket, key, versionId))
    if (!version) {
      throw versionId === undefined || !bucket.versioning
        ? noSuchKey(key)
        : noSuchVersion(key, versionId)
    }
    const record = recordOf(version.object)
    if (!record.isDeleteMarker) return version
    const { modifiedMs } = version.object
    const id = versionIdOf(record)
    if (versionId === undefined && method === 'GET') throw noSuchKeyAnyMore(key, id)
    throw deleteMarkerNotAllowed(method, { versionId: id, modifiedMs })
  }

  return {
    locate,

    /** Runs where the version lies, and again when it has moved; undefined: nothing lies there. */
    async atPlace<T>(
      wanted: Wanted,
      run: (place: ObjectId, requireSame: RequireSame) => Promise<T | undefined>,
    ): Promise<T> {
      const { bucket, key, versionId } = wanted
      const isNamed = versionId !== undefined && bucket.versioning !== undefined
      const requireSame = (record: ObjectRecord) => {
        if (isNamed && versionIdOf(record) !== versionId) throw new VersionMoved()
      }
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const place = isNamed ? (await locate(wanted)).place : { bucket: objectsOf(bucket), key }
        try {
          const result = await run(place, requireSame)
          if (result !== undefined) return result
        } catch (error) {
          if (!(error instanceof VersionMoved)) throw error
        }
        if (!isNamed) await locate(wanted)
      }
      throw operationAborted()
    },
  }
}

export type VersionLocation = ReturnType<typeof createVersionLocation>
