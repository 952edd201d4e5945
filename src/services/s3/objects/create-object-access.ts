import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ListPage, ObjectStore, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { LIST_MAX } from '../limits.ts'
import { defaultPlan } from './digests.ts'
import type { ObjectAccess, ObjectSummary } from './object-access.ts'
import { quoted, recordOf } from './object-record.ts'
import type { Objects } from './objects.ts'
import { serviceOrigin } from './objects.ts'

/** The other services' way to the objects: the nouns of the API, without its wire. */
export function createObjectAccess(deps: {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly store: ObjectStore
  readonly random: Random
}): ObjectAccess {
  const { buckets, objects, store, random } = deps
  const bucketOf = ({ accountId }: Scope, name: string) => buckets.find(accountId, name)

  async function* pages(bucket: Bucket, prefix: string, delimiter?: string) {
    let after: string | undefined
    for (;;) {
      const page: ListPage = await store.list({
        bucket: objectsOf(bucket),
        prefix,
        limit: LIST_MAX,
        ...(delimiter !== undefined && { delimiter }),
        ...(after !== undefined && { after }),
      })
      yield page.entries
      const last = page.entries.at(-1)
      if (!page.truncated || !last) return
      after = 'object' in last ? last.object.key : last.commonPrefix
    }
  }

  return {
    async put(scope, request) {
      const { bucket, key, body, contentType, contentEncoding, metadata, storageClass } = request
      const headers = {
        ...(contentType && { contentType }),
        ...(contentEncoding && { contentEncoding }),
      }
      const stored = await objects.put(await bucketOf(scope, bucket), {
        key,
        body,
        digests: defaultPlan,
        event: 'ObjectCreated:Put',
        origin: serviceOrigin(scope, random.uuid()),
        headers,
        metadata,
        storageClass,
      })
      return summaryOf(stored)
    },

    async get(scope, bucket, key) {
      const { object, body } = await objects.open(await bucketOf(scope, bucket), key)
      return { summary: summaryOf(object), body }
    },

    async head(scope, bucket, key) {
      const object = await objects.find(await bucketOf(scope, bucket), key)
      return object && summaryOf(object)
    },

    async remove(scope, bucket, key) {
      const origin = serviceOrigin(scope, random.uuid())
      await objects.remove(await bucketOf(scope, bucket), key, { origin })
    },

    async *list(scope, bucket, prefix) {
      for await (const entries of pages(await bucketOf(scope, bucket), prefix)) {
        for (const entry of entries) if ('object' in entry) yield summaryOf(entry.object)
      }
    },

    async listLevel(scope, bucket, prefix) {
      const prefixes: string[] = []
      const found: ObjectSummary[] = []
      for await (const entries of pages(await bucketOf(scope, bucket), prefix, '/')) {
        for (const entry of entries) {
          if ('object' in entry) found.push(summaryOf(entry.object))
          else prefixes.push(entry.commonPrefix)
        }
      }
      return { prefixes, objects: found }
    },

    async localFile(scope, bucket, key) {
      return objects.localFile(await bucketOf(scope, bucket), key)
    },

    async bucketExists(scope, bucket) {
      try {
        await bucketOf(scope, bucket)
        return true
      } catch (error) {
        if (error instanceof ServiceError) return false
        throw error
      }
    },
  }
}

function summaryOf(object: StoredObject): ObjectSummary {
  const { etag, storageClass = 'STANDARD' } = recordOf(object)
  const { key, sizeBytes, modifiedMs } = object
  return { key, sizeBytes, modifiedMs, etag: quoted(etag), storageClass }
}
