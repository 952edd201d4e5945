import type { Clock } from '../../../base/clock.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, versionsOf } from '../buckets/bucket.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { ObjectEvent } from '../notifications/notification-rules.ts'
import { requireUnlocked } from '../versions/object-locks.ts'
import { lastSequencerOf } from '../versions/version-changes.ts'
import type { Version } from '../versions/version-history.ts'
import { markerKey, newVersionId, versionIdOf } from '../versions/version-keys.ts'
import type { RemoveConditions } from './conditions.ts'
import { requireRemovable } from './conditions.ts'
import type { PublicationDeps } from './object-publication.ts'
import { settle } from './object-publication.ts'
import type { ObjectRecord } from './object-record.ts'
import { attributesOf, recordOf } from './object-record.ts'

export interface RemoveRequest {
  readonly origin: Origin
  /** This one for good. Absent: the object, of which a bucket with versions keeps the versions. */
  readonly versionId?: string | undefined
  readonly conditions?: RemoveConditions
  /** Whether retention in mode GOVERNANCE does not hold for the caller. */
  readonly bypassesGovernance?: boolean
  /** Whose doing it is; absent: the caller's. */
  readonly by?: 'lifecycle'
  /** Sees what is removed, and whether it is the newest version; may throw to refuse. */
  readonly allow?: (record: ObjectRecord, isNewest: boolean) => void
}

/** What a removal left, in the words of the API. */
export interface Removal {
  /** Of the version that was removed, or of the delete marker that was made. */
  readonly versionId?: string
  /** Whether a delete marker was made, or removed. */
  readonly isDeleteMarker?: boolean
}

/** The ends of objects and of versions. Their events are durable with them. */
export function createObjectRemoval(deps: PublicationDeps & { readonly clock: Clock }) {
  const { store, outbox, replication, history, changes, random, clock, nextSequencer } = deps

  /** From a bucket without versions. */
  async function removeObject(bucket: Bucket, key: string, request: RemoveRequest) {
    const announcement = outbox.announce(bucket, eventOf(request, 'Delete'), key, request.origin)
    const told = (current: StoredObject | undefined) => {
      const sequencer = nextSequencer(current && recordOf(current).sequencer)
      return { puts: announcement?.puts({ key, sequencer }) ?? [] }
    }
    const removed = await store.remove(
      { bucket: objectsOf(bucket), key },
      (current) => check(key, current, request),
      announcement && told,
    )
    announcement?.committed()
    if (!removed) check(key, undefined, request)
    return {}
  }

  async function mark(bucket: Bucket, key: string, request: RemoveRequest): Promise<Removal> {
    const event = eventOf(request, 'DeleteMarkerCreated')
    const announcement = outbox.announce(bucket, event, key, request.origin)
    let record: ObjectRecord | undefined
    await store.rearrange(async () => {
      const state = await changes.stateOf(bucket, key)
      check(key, state.current?.object, request)
      const sequencer = nextSequencer(lastSequencerOf(state))
      record = {
        etag: '',
        sequencer,
        isDeleteMarker: true,
        ...(bucket.versioning === 'Enabled' && { versionId: newVersionId(sequencer, random) }),
      }
      const { versionId } = record
      return {
        ...(await changes.mark(bucket, key, state, attributesOf(record))),
        puts: [
          ...(announcement?.puts({ key, sequencer, ...(versionId && { versionId }) }) ?? []),
          // AWS: the delete markers that a lifecycle makes are not made elsewhere.
          ...(request.by ? [] : replication.putsOf(bucket, key, record)),
        ],
      }
    })
    announcement?.committed()
    if (bucket.replication) replication.committed()
    await settle(deps, bucket, { bucket: versionsOf(bucket), key: markerKey(key) })
    return { versionId: versionIdOf(record ?? {}), isDeleteMarker: true }
  }

  async function removeVersion(
    bucket: Bucket,
    key: string,
    request: RemoveRequest & { readonly versionId: string },
  ): Promise<Removal> {
    const { versionId } = request
    const announcement = outbox.announce(bucket, eventOf(request, 'Delete'), key, request.origin)
    let version: Version | undefined
    await store.rearrange(async () => {
      version = await history.find(bucket, key, versionId)
      check(key, version?.object, request, version?.isNewest)
      if (!version) return {}
      const record = recordOf(version.object)
      requireUnlocked(record, clock.wallMs(), request.bypassesGovernance === true)
      const sequencer = nextSequencer(record.sequencer)
      return {
        ...(await changes.removal(bucket, key, version)),
        puts: announcement?.puts({ key, sequencer, versionId }) ?? [],
      }
    })
    announcement?.committed()
    const isDeleteMarker = version && recordOf(version.object).isDeleteMarker === true
    return { versionId, ...(isDeleteMarker && { isDeleteMarker }) }
  }

  return (bucket: Bucket, key: string, request: RemoveRequest): Promise<Removal> => {
    const { versionId } = request
    if (!bucket.versioning) return removeObject(bucket, key, request)
    if (versionId === undefined) return mark(bucket, key, request)
    return removeVersion(bucket, key, { ...request, versionId })
  }
}

export type RemoveObject = ReturnType<typeof createObjectRemoval>

function eventOf({ by }: RemoveRequest, what: 'Delete' | 'DeleteMarkerCreated'): ObjectEvent {
  return by === 'lifecycle' ? `LifecycleExpiration:${what}` : `ObjectRemoved:${what}`
}

function check(
  key: string,
  object: StoredObject | undefined,
  { conditions, allow }: RemoveRequest,
  isNewest = true,
): void {
  const subject = object && {
    etag: recordOf(object).etag,
    sizeBytes: object.sizeBytes,
    modifiedMs: object.modifiedMs,
  }
  requireRemovable(key, subject, conditions ?? {})
  if (object) allow?.(recordOf(object), isNewest)
}
