import type { ObjectStore } from '../../../engines/objects/port.ts'
import type { Bucket } from './bucket.ts'
import { arrivalsOf, objectsOf, partsOf, uploadsOf, versionsOf } from './bucket.ts'
import type { BucketRows } from './bucket-rows.ts'

const PAGE = 1_000

/** The end of buckets. A bucket whose removal is decided is closed first, so that it stays empty. */
export function createBucketRemoval(deps: {
  readonly rows: BucketRows
  readonly objects: ObjectStore
  readonly reopen: (bucket: Bucket) => Promise<void>
}) {
  const { rows, objects, reopen } = deps

  async function isEmpty(bucket: Bucket): Promise<boolean> {
    // Versions change place: what leaves one place after it was looked at is met in the other.
    for (const place of [versionsOf(bucket), objectsOf(bucket), versionsOf(bucket)]) {
      const page = await objects.list({ bucket: place, prefix: '', limit: 1 })
      if (page.entries.length > 0) return false
    }
    return true
  }

  async function purge(bucket: string): Promise<void> {
    for (;;) {
      const { entries, truncated } = await objects.list({ bucket, prefix: '', limit: PAGE })
      await Promise.all(
        entries.map((entry) =>
          'object' in entry ? objects.remove({ bucket, key: entry.object.key }) : false,
        ),
      )
      if (!truncated) return
    }
  }

  /** False, and open again, when there are objects in it. */
  async function finish(bucket: Bucket): Promise<boolean> {
    if (!(await isEmpty(bucket))) {
      await reopen(bucket)
      return false
    }
    await purge(partsOf(bucket))
    await purge(uploadsOf(bucket))
    await purge(arrivalsOf(bucket))
    await rows.remove(bucket)
    return true
  }

  return {
    finish,

    /** Brings removals to their end that a crash interrupted. */
    async recover(): Promise<void> {
      for (const bucket of await rows.everywhere()) {
        if (bucket.state === 'closing') await finish(bucket)
      }
    },

    /** Removes all buckets of the account, or of everybody, with all that is in them. */
    async empty(accountId: string | undefined): Promise<void> {
      for (const bucket of await rows.everywhere()) {
        if (accountId !== undefined && bucket.accountId !== accountId) continue
        await rows.remove(bucket)
        const places = [objectsOf, versionsOf, partsOf, uploadsOf, arrivalsOf]
        for (const place of places) await purge(place(bucket))
      }
    },
  }
}
