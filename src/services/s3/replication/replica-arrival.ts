import type { ObjectId, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { arrivalsOf } from '../buckets/bucket.ts'
import type { Origin } from '../notifications/event-record.ts'
import { eventObjectOf } from '../notifications/event-record.ts'
import type {
  ObjectWrite,
  PublicationDeps,
  PublicationOptions,
} from '../objects/object-publication.ts'
import { settle } from '../objects/object-publication.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { attributesOf, recordOf } from '../objects/object-record.ts'
import { defaultLockOf } from '../versions/object-locks.ts'
import { olderKeyOf } from '../versions/version-keys.ts'

/** What a copy has in common with the version that it is a copy of, beside what the caller gives. */
export type ReplicaSource = Required<Pick<ObjectRecord, 'versionId'>> &
  Pick<ObjectRecord, 'etag' | 'sequencer' | 'checksum' | 'parts'>

/**
 * Copies of versions of other buckets, under the same ids and so at the same place in the order: one
 * that comes late does not become the newest. To bring the same one again changes nothing.
 */
export interface ReplicaArrival {
  /** `put` writes to the object store, where it is told to. */
  object(
    bucket: Bucket,
    source: ReplicaSource,
    write: ObjectWrite,
    put: (id: ObjectId, options: PublicationOptions) => Promise<StoredObject>,
  ): Promise<StoredObject>
  marker(
    bucket: Bucket,
    key: string,
    source: Pick<ReplicaSource, 'versionId' | 'sequencer'>,
    origin: Origin,
  ): Promise<void>
}

export function createReplicaArrival(deps: Omit<PublicationDeps, 'replication'>): ReplicaArrival {
  const { store, outbox, history, changes } = deps

  async function takePlace(
    bucket: Bucket,
    key: string,
    record: ObjectRecord,
    told: Pick<ObjectWrite, 'event' | 'origin'>,
    staged?: ObjectId,
  ): Promise<void> {
    const announcement = outbox.announce(bucket, told.event, key, told.origin)
    const { versionId = '', sequencer } = record
    let place: ObjectId | undefined
    await store.rearrange(async () => {
      place = undefined
      const found = staged && (await store.head(staged))
      const from = staged && found && { ...staged, revision: found.revision }
      if (await history.find(bucket, key, versionId)) return { removals: from ? [from] : [] }
      // Another node brought the same version, and has taken it from there.
      if (staged && !from) return {}
      const state = await changes.stateOf(bucket, key)
      const arriving = { record: found ? recordOf(found) : record, ...(from && { from }) }
      const { to, change } = await changes.arrival(bucket, key, state, arriving)
      place = to
      const object = found ? eventObjectOf({ ...found, key }) : { key, sequencer, versionId }
      return { ...change, puts: announcement?.puts(object) ?? [] }
    })
    announcement?.committed()
    if (place) await settle(deps, bucket, place)
  }

  return {
    async object(bucket, source, write, put) {
      const { key, describe } = write
      const place = { bucket: arrivalsOf(bucket), key: olderKeyOf(key, source) }
      const stored = await put(place, {
        async publish(_current, { modifiedMs }) {
          const described = describe(undefined, source.sequencer)
          return attributesOf({
            ...described,
            ...source,
            ...defaultLockOf(bucket, described, modifiedMs),
            replication: { isReplica: true },
          })
        },
        beside: () => ({}),
      })
      await takePlace(bucket, key, recordOf(stored), write, place)
      return { ...stored, key }
    },

    marker(bucket, key, { versionId, sequencer }, origin) {
      const replication = { isReplica: true } as const
      const record = { etag: '', sequencer, versionId, isDeleteMarker: true, replication } as const
      return takePlace(bucket, key, record, { event: 'ObjectRemoved:DeleteMarkerCreated', origin })
    },
  }
}
