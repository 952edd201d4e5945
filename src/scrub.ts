import { ServiceError } from './base/errors.ts'
import type { ObjectStore } from './engines/objects/port.ts'
import type { DamagedObject, ScrubPage } from './server/own-pages.ts'
import type { Bucket } from './services/s3/bucket.ts'
import { objectsOf } from './services/s3/bucket.ts'
import type { Buckets } from './services/s3/buckets.ts'
import { BUCKETS_MAX } from './services/s3/limits.ts'

export interface ScrubDeps {
  readonly buckets: Pick<Buckets, 'list'>
  readonly objects: Pick<ObjectStore, 'list' | 'verify'>
  readonly pageObjects?: number
  readonly pageBytes?: number
}

/** A page ends behind the object that reaches one of them, so that progress shows. */
const PAGE_OBJECTS = 1_000
const PAGE_BYTES = 256 * 2 ** 20

/** The object behind which the next page begins; an empty key is the start of the bucket. */
interface Place {
  readonly bucket: string
  readonly key: string
}

/**
 * Verifies the objects of an account, bucket by bucket in order of the names, a page at a time.
 * What is there from the first page to the last is seen once; what comes or goes meanwhile may be.
 */
export function createScrub(deps: ScrubDeps) {
  const { buckets, objects, pageObjects = PAGE_OBJECTS, pageBytes = PAGE_BYTES } = deps

  async function* objectsFrom(accountId: string, start: Place) {
    // All of them: a page of names can come short when a bucket is removed meanwhile.
    const all = await buckets.list(accountId, { limit: BUCKETS_MAX })
    for (const bucket of all.filter(({ name }) => name >= start.bucket)) {
      yield* objectsIn(bucket, bucket.name === start.bucket ? start.key : '')
    }
  }

  async function* objectsIn(bucket: Bucket, start: string) {
    const request = { bucket: objectsOf(bucket), prefix: '', limit: pageObjects }
    for (let after = start; ; ) {
      const page = await objects.list({ ...request, ...(after !== '' && { after }) })
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        after = entry.object.key
        yield { bucket, object: entry.object }
      }
      if (!page.truncated) return
    }
  }

  return async (accountId: string, after?: string): Promise<ScrubPage> => {
    const start = after === undefined ? { bucket: '', key: '' } : placeOf(after)
    const damaged: DamagedObject[] = []
    const seen = { objects: 0, bytes: 0, uncheckedBytes: 0 }
    for await (const { bucket, object } of objectsFrom(accountId, start)) {
      const { key, sizeBytes } = object
      const found = await objects.verify({ bucket: objectsOf(bucket), key })
      // Removed since it was listed.
      if (!found) continue
      seen.objects += 1
      seen.bytes += sizeBytes
      seen.uncheckedBytes += found.uncheckedBytes
      if (found.damaged) damaged.push({ bucket: bucket.name, key, sizeBytes })
      if (seen.objects >= pageObjects || seen.bytes >= pageBytes) {
        return { ...seen, damaged, next: textOf({ bucket: bucket.name, key }) }
      }
    }
    return { ...seen, damaged }
  }
}

function textOf({ bucket, key }: Place): string {
  return Buffer.from(`${bucket}/${key}`).toString('base64url')
}

function placeOf(text: string): Place {
  const place = Buffer.from(text, 'base64url').toString('utf8')
  // Names of buckets have no slash.
  const end = place.indexOf('/')
  if (end < 1) throw new ServiceError('ValidationException', `after '${text}' is not of a page`)
  return { bucket: place.slice(0, end), key: place.slice(end + 1) }
}
