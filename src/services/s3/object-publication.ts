import { ServiceError } from '../../base/errors.ts'
import type { ObjectAttributes, ObjectStore, StoredObject } from '../../engines/objects/port.ts'
import type { Bucket } from './bucket.ts'
import { objectsOf } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import type { Origin } from './event-record.ts'
import { eventObjectOf } from './event-record.ts'
import type { ObjectEvent } from './notification-rules.ts'
import type { ObjectRecord } from './object-record.ts'
import { attributesOf, recordOf } from './object-record.ts'
import type { Announcement, Outbox } from './outbox.ts'

/** Makes the attributes to publish, knowing what is there; may throw to refuse. */
export type Describe = (current: ObjectRecord | undefined, sequencer: string) => ObjectRecord

/** For the object store: completes the attributes at the moment of publication. */
export type PublishRecord = (
  current: StoredObject | undefined,
  written: { readonly sizeBytes: number },
) => Promise<ObjectAttributes>

export interface ObjectWrite {
  readonly key: string
  readonly event: ObjectEvent
  readonly origin: Origin
  readonly describe: Describe
}

/**
 * What every write of an object goes through: its event is durable before it, it gets its place in
 * the order of the key, and it is acknowledged only when its bucket is still there.
 */
export function createObjectPublication(deps: {
  readonly store: ObjectStore
  readonly buckets: Buckets
  readonly outbox: Outbox
  readonly nextSequencer: (previous: string | undefined) => string
}) {
  const { store, buckets, outbox, nextSequencer } = deps

  async function announced<T>(
    announcement: Announcement | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await run()
      announcement?.published()
      return result
    } catch (error) {
      await announcement?.withdraw()
      throw error
    }
  }

  async function settle(bucket: Bucket, stored: StoredObject): Promise<void> {
    try {
      await buckets.requireOpen(bucket)
    } catch (error) {
      const gone = error instanceof ServiceError && error.code === 'NoSuchBucket'
      if (gone) await store.remove({ bucket: objectsOf(bucket), key: stored.key })
      throw error
    }
  }

  return {
    /** `run` writes to the object store and hands it the function that it is given. */
    publish(
      bucket: Bucket,
      { key, event, origin, describe }: ObjectWrite,
      run: (publish: PublishRecord) => Promise<StoredObject>,
    ): Promise<StoredObject> {
      const announcement = outbox.announce(bucket, event, key, origin)
      return announced(announcement, async () => {
        const stored = await run(async (current, { sizeBytes }) => {
          const before = current && recordOf(current)
          const attributes = attributesOf(describe(before, nextSequencer(before?.sequencer)))
          await announcement?.record(eventObjectOf({ key, sizeBytes, attributes }))
          return attributes
        })
        await settle(bucket, stored)
        return stored
      })
    },

    /** False when there was no object. `allow` may throw to refuse. */
    async remove(
      bucket: Bucket,
      key: string,
      origin: Origin,
      allow: (record: ObjectRecord) => void,
      event: ObjectEvent = 'ObjectRemoved:Delete',
    ): Promise<boolean> {
      const announcement = outbox.announce(bucket, event, key, origin)
      return announced(announcement, () =>
        store.remove({ bucket: objectsOf(bucket), key }, async (current) => {
          const record = recordOf(current)
          allow(record)
          await announcement?.record({ key, sequencer: nextSequencer(record.sequencer) })
        }),
      )
    },
  }
}

export type ObjectPublication = ReturnType<typeof createObjectPublication>
