import type { ListPage, ListRequest, ObjectStore } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf } from '../buckets/bucket.ts'

/** One page of the objects of a bucket, in byte order of the key. */
export type ListObjects = (bucket: Bucket, page: Omit<ListRequest, 'bucket'>) => Promise<ListPage>

export function createListObjects({ store }: { readonly store: ObjectStore }): ListObjects {
  return async (bucket, page) => {
    // AWS: a page of no entries is empty and the last one, whatever the bucket holds.
    if (page.limit === 0) return { entries: [], truncated: false }
    return store.list({ ...page, bucket: objectsOf(bucket) })
  }
}
