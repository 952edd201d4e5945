import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { EventPut } from '../../../base/service-events.ts'
import type {
  Beside,
  ObjectAttributes,
  ObjectId,
  ObjectStore,
  StoredObject,
  Written,
} from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import type { EventObject, Origin, ReplicationFailure } from '../notifications/event-record.ts'
import { eventObjectOf } from '../notifications/event-record.ts'
import type { ObjectEvent } from '../notifications/notification-rules.ts'
import type { Outbox } from '../notifications/outbox.ts'
import type { ReplicationQueue } from '../replication/replication-queue.ts'
import { defaultLockOf } from '../versions/object-locks.ts'
import type { KeyState, VersionChanges } from '../versions/version-changes.ts'
import { lastSequencerOf } from '../versions/version-changes.ts'
import type { VersionHistory } from '../versions/version-history.ts'
import { newVersionId } from '../versions/version-keys.ts'
import type { ObjectRecord } from './object-record.ts'
import { attributesOf, recordOf } from './object-record.ts'

/** Makes the attributes to publish, knowing the object that is there; may throw to refuse. */
export type Describe = (current: ObjectRecord | undefined, sequencer: string) => ObjectRecord

export interface ObjectWrite {
  readonly key: string
  readonly event: ObjectEvent
  readonly origin: Origin
  readonly describe: Describe
}

/** For the object store: completes the attributes at the moment of publication, and keeps versions. */
export interface PublicationOptions {
  readonly publish: (
    current: StoredObject | undefined,
    written: Written,
  ) => Promise<ObjectAttributes>
  readonly beside: Beside
}

export interface PublicationDeps {
  readonly store: ObjectStore
  readonly buckets: Buckets
  readonly outbox: Outbox
  readonly replication: ReplicationQueue
  readonly history: VersionHistory
  readonly changes: VersionChanges
  readonly random: Random
  readonly nextSequencer: (previous: string | undefined) => string
}

/**
 * What every write of an object goes through: its event is durable with it, it gets its place in
 * the order of the key, the version that it follows stays where there are versions, and it is
 * acknowledged only when its bucket is still there.
 */
export function createObjectPublication(deps: PublicationDeps) {
  const { store, buckets, outbox, replication, history, changes, random, nextSequencer } = deps

  async function stateOf(
    bucket: Bucket,
    key: string,
    current: StoredObject | undefined,
  ): Promise<KeyState> {
    const place = { bucket: objectsOf(bucket), key, revision: current?.revision ?? '' }
    return {
      current: current && { place, object: current, isNewest: true },
      marker: bucket.versioning && (await history.marker(bucket, key)),
    }
  }

  return {
    /** `run` writes to the object store with the options that it is given. */
    async publish(
      bucket: Bucket,
      { key, event, origin, describe }: ObjectWrite,
      run: (options: PublicationOptions) => Promise<StoredObject>,
    ): Promise<StoredObject> {
      const announcement = outbox.announce(bucket, event, key, origin)
      let state: KeyState = { current: undefined, marker: undefined }
      let told: EventObject = { key, sequencer: '' }
      let record: ObjectRecord = { etag: '', sequencer: '' }
      const options: PublicationOptions = {
        async publish(current, { sizeBytes, modifiedMs }) {
          state = await stateOf(bucket, key, current)
          const sequencer = nextSequencer(lastSequencerOf(state))
          const described = describe(current && recordOf(current), sequencer)
          record = {
            ...described,
            ...defaultLockOf(bucket, described, modifiedMs),
            ...(bucket.versioning === 'Enabled' && { versionId: newVersionId(sequencer, random) }),
          }
          const copies = replication.stateOf(bucket, key, record)
          if (copies) record = { ...record, replication: copies }
          const attributes = attributesOf(record)
          told = eventObjectOf({ key, sizeBytes, attributes })
          return attributes
        },
        beside: async () => ({
          ...(await changes.beforePublication(bucket, key, state)),
          puts: [...(announcement?.puts(told) ?? []), ...replication.putsOf(bucket, key, record)],
        }),
      }
      const stored = await run(options)
      announcement?.committed()
      if (record.replication) replication.committed()
      await settle({ store, buckets }, bucket, { bucket: objectsOf(bucket), key })
      return stored
    },

    /** Changes what is kept of a version, not its bytes. Rejects with `not-found` when it is not at `id`. */
    async amend(
      bucket: Bucket,
      id: ObjectId,
      { key, event, origin, change, failure, isReplicated = false }: Amendment,
    ): Promise<StoredObject> {
      const announcement = event && outbox.announce(bucket, event, key, origin)
      let told: EventObject = { key, sequencer: '' }
      let copied: ReadonlyArray<EventPut> = []
      const amended = (found: StoredObject) => {
        const before = recordOf(found)
        const sequencer = nextSequencer(before.sequencer)
        const record = { ...change(before), sequencer }
        const attributes = attributesOf(record)
        copied = isReplicated ? replication.putsOfChange(bucket, key, record) : []
        const object = eventObjectOf({ key, sizeBytes: found.sizeBytes, attributes })
        told = { ...object, ...(failure && { failure }) }
        return attributes
      }
      const beside = () => ({ puts: [...(announcement?.puts(told) ?? []), ...copied] })
      const isAlone = !announcement && !isReplicated
      const stored = await store.setAttributes(id, amended, isAlone ? undefined : beside)
      announcement?.committed()
      if (copied.length > 0) replication.committed()
      return { ...stored, key }
    },
  }
}

export interface Amendment {
  readonly key: string
  /** Absent: nobody is told. */
  readonly event?: ObjectEvent | undefined
  readonly origin: Origin
  /** May throw to refuse. */
  readonly change: (record: ObjectRecord) => ObjectRecord
  /** What the event has to tell beside the object. */
  readonly failure?: ReplicationFailure | undefined
  /** Whether copies of the version in other buckets are to change likewise. */
  readonly isReplicated?: boolean
}

export type ObjectPublication = ReturnType<typeof createObjectPublication>

/** Takes back what was written to a bucket that was removed meanwhile. */
export async function settle(
  { store, buckets }: { readonly store: ObjectStore; readonly buckets: Buckets },
  bucket: Bucket,
  written: ObjectId,
): Promise<void> {
  try {
    await buckets.requireOpen(bucket)
  } catch (error) {
    const gone = error instanceof ServiceError && error.code === 'NoSuchBucket'
    if (gone) await store.remove(written)
    throw error
  }
}
