import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ObjectStore } from '../../engines/objects/port.ts'
import { createBuckets } from './buckets/buckets.ts'
import { createEncryptions } from './encryption/encryptions.ts'
import { createKeyChange } from './encryption/key-change.ts'
import { createWrappingKeys } from './encryption/wrapping-keys.ts'
import { createOutbox } from './notifications/outbox.ts'
import { createCopies } from './objects/copies.ts'
import { createObjectAccess } from './objects/create-object-access.ts'
import { createListObjects } from './objects/object-listing.ts'
import { createObjectPublication } from './objects/object-publication.ts'
import { createObjectRemoval } from './objects/object-removal.ts'
import { createObjects } from './objects/objects.ts'
import { createSequencers } from './objects/sequencers.ts'
import { createUploadCompletion } from './objects/upload-completion.ts'
import { createUploads } from './objects/uploads.ts'
import { createReplicaArrival } from './replication/replica-arrival.ts'
import { createReplicationQueue } from './replication/replication-queue.ts'
import { createVersionChanges } from './versions/version-changes.ts'
import { createVersionHistory } from './versions/version-history.ts'
import { createListVersions } from './versions/version-listing.ts'
import { createVersionLocation } from './versions/version-location.ts'
import { createVersionLocks } from './versions/version-locks.ts'
import { createWalkVersions } from './versions/version-walk.ts'

/**
 * The nouns of S3, for its own service and (as `access`) for the others. What a crash left half done
 * is brought to its end before this resolves, that is before the first write.
 */
export async function openS3Nouns(deps: {
  readonly meta: MetaStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly random: Random
  /** Whether objects get SSE-S3 where neither caller nor bucket says anything. */
  readonly encryptsByDefault?: boolean
}) {
  const { objects: store, clock, encryptsByDefault = false } = deps
  const wrappingKeys = createWrappingKeys(deps)
  const encryptions = createEncryptions({ ...deps, wrappingKeys, encryptsByDefault })
  const buckets = createBuckets(deps)
  const history = createVersionHistory({ store })
  const changes = createVersionChanges({ history })
  const outbox = createOutbox(deps)
  const replication = createReplicationQueue(deps)
  const nextSequencer = createSequencers(clock)
  const ground = { ...deps, store, buckets, outbox, replication, history, changes, nextSequencer }
  const replicaArrival = createReplicaArrival(ground)
  const publication = createObjectPublication(ground)
  const objects = createObjects({
    ...deps,
    store,
    publication,
    removeObject: createObjectRemoval(ground),
    location: createVersionLocation({ history }),
    encryptions,
    replicaArrival,
  })
  const uploads = createUploads({ ...deps, store, buckets, encryptions })
  const completeUpload = createUploadCompletion({
    store,
    uploads,
    objects,
    publication,
    encryptions,
  })
  const copies = createCopies({ objects })
  const access = createObjectAccess({ ...deps, buckets, objects, store })
  await buckets.recover()
  return {
    buckets,
    objects,
    listObjects: createListObjects({ store }),
    listVersions: createListVersions({ store, history }),
    walkVersions: createWalkVersions({ store }),
    versionLocks: createVersionLocks({ objects, clock }),
    uploads,
    completeUpload,
    copies,
    encryptions,
    changeKey: createKeyChange({ objects, encryptions, clock }),
    encryptsByDefault,
    outbox,
    replication,
    replicaArrival,
    history,
    access,
  }
}

export type S3Nouns = Awaited<ReturnType<typeof openS3Nouns>>
