import { ServiceError } from './base/errors.ts'
import type { ObjectStore, StoredObject } from './engines/objects/port.ts'
import type { DamagedObject, ScrubPage } from './server/own-pages.ts'
import type { Bucket } from './services/s3/buckets/bucket.ts'
import { objectsOf, partsOf, uploadsOf, versionsOf } from './services/s3/buckets/bucket.ts'
import type { Buckets } from './services/s3/buckets/buckets.ts'
import { BUCKETS_MAX } from './services/s3/limits.ts'
import { recordOf } from './services/s3/objects/object-record.ts'
import { partOf, uploadIdOfPart, uploadOf } from './services/s3/objects/upload-record.ts'
import { parseVersionKey, versionIdOf } from './services/s3/versions/version-keys.ts'

export interface ScrubDeps {
  readonly buckets: Pick<Buckets, 'list'>
  readonly objects: Pick<ObjectStore, 'list' | 'verify'>
  readonly pageObjects?: number
  readonly pageBytes?: number
}

/** A page ends behind the object that reaches one of them, so that progress shows. */
const PAGE_OBJECTS = 1_000
const PAGE_BYTES = 256 * 2 ** 20

/** What a bucket has: its objects, what was overwritten or removed and is kept, parts of uploads. */
const places = [objectsOf, versionsOf, partsOf]

/** The object behind which the next page begins; an empty key is the start of the bucket. */
interface Place {
  readonly bucket: string
  /** In which of `places`. */
  readonly number: number
  readonly key: string
}

/**
 * Verifies the objects of an account, their versions and the parts of uploads that are not completed,
 * bucket by bucket in order of the names, a page at a time.
 * What is there from the first page to the last is seen once; what comes or goes meanwhile may be.
 */
export function createScrub(deps: ScrubDeps) {
  const { buckets, objects, pageObjects = PAGE_OBJECTS, pageBytes = PAGE_BYTES } = deps

  async function* objectsFrom(accountId: string, start: Place) {
    // All of them: a page of names can come short when a bucket is removed meanwhile.
    const all = await buckets.list(accountId, { limit: BUCKETS_MAX })
    for (const bucket of all.filter(({ name }) => name >= start.bucket)) {
      const isStart = bucket.name === start.bucket
      for (const number of places.keys()) {
        if (isStart && number < start.number) continue
        yield* objectsIn(bucket, number, isStart && number === start.number ? start.key : '')
      }
    }
  }

  async function* objectsIn(bucket: Bucket, number: number, start: string) {
    const store = places[number]?.(bucket) ?? ''
    const request = { bucket: store, prefix: '', limit: pageObjects }
    for (let after = start; ; ) {
      const page = await objects.list({ ...request, ...(after !== '' && { after }) })
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        after = entry.object.key
        yield { bucket, store, number, object: entry.object }
      }
      if (!page.truncated) return
    }
  }

  async function nameOf(bucket: Bucket, number: number, object: StoredObject) {
    const { key, sizeBytes } = object
    const { name } = bucket
    if (number === 0) return { bucket: name, key, sizeBytes }
    if (number === 1) {
      const versionId = versionIdOf(recordOf(object))
      return { bucket: name, key: parseVersionKey(key).key, versionId, sizeBytes }
    }
    const uploadId = uploadIdOfPart(object)
    const { partNumber } = partOf(object)
    const whole = await keyOfUpload(bucket, uploadId)
    return { bucket: name, key: whole, uploadId, partNumber, sizeBytes }
  }

  /** Empty when the upload has ended meanwhile. */
  async function keyOfUpload(bucket: Bucket, uploadId: string): Promise<string> {
    const request = { bucket: uploadsOf(bucket), prefix: '', limit: pageObjects }
    for (let after = ''; ; ) {
      const page = await objects.list({ ...request, ...(after !== '' && { after }) })
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        after = entry.object.key
        const upload = uploadOf(entry.object)
        if (upload.uploadId === uploadId) return upload.key
      }
      if (!page.truncated) return ''
    }
  }

  return async (accountId: string, after?: string): Promise<ScrubPage> => {
    const start = after === undefined ? { bucket: '', number: 0, key: '' } : placeOf(after)
    const damaged: DamagedObject[] = []
    const seen = { objects: 0, bytes: 0, uncheckedBytes: 0 }
    for await (const { bucket, store, number, object } of objectsFrom(accountId, start)) {
      const { key, sizeBytes } = object
      const found = await objects.verify({ bucket: store, key })
      // Removed since it was listed.
      if (!found) continue
      seen.objects += 1
      seen.bytes += sizeBytes
      seen.uncheckedBytes += found.uncheckedBytes
      const { damagedBytes } = found
      if (damagedBytes !== undefined) {
        damaged.push({ ...(await nameOf(bucket, number, object)), damagedBytes })
      }
      if (seen.objects >= pageObjects || seen.bytes >= pageBytes) {
        return { ...seen, damaged, next: textOf({ bucket: bucket.name, number, key }) }
      }
    }
    return { ...seen, damaged }
  }
}

function textOf({ bucket, number, key }: Place): string {
  return Buffer.from(`${number}${bucket}/${key}`).toString('base64url')
}

function placeOf(text: string): Place {
  const place = Buffer.from(text, 'base64url').toString('utf8')
  // Names of buckets have no slash.
  const end = place.indexOf('/')
  const number = Number(place[0])
  if (end < 2 || places[number] === undefined) {
    throw new ServiceError('ValidationException', `after '${text}' is not of a page`)
  }
  return { bucket: place.slice(1, end), number, key: place.slice(end + 1) }
}
