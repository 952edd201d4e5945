import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ObjectStore } from '../../engines/objects/port.ts'
import { createBuckets } from './buckets.ts'
import { createCopies } from './copies.ts'
import { createObjectAccess } from './create-object-access.ts'
import { createListObjects } from './object-listing.ts'
import { createObjectPublication } from './object-publication.ts'
import { createObjects } from './objects.ts'
import { createOutbox } from './outbox.ts'
import { createSequencers } from './sequencers.ts'
import { createUploadCompletion } from './upload-completion.ts'
import { createUploads } from './uploads.ts'

/**
 * The nouns of S3, for its own service and (as `access`) for the others. What a crash left half done
 * is brought to its end before this resolves, that is before the first write.
 */
export async function openS3Nouns(deps: {
  readonly meta: MetaStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly random: Random
}) {
  const { objects: store, clock } = deps
  const buckets = createBuckets(deps)
  const outbox = createOutbox(deps)
  const nextSequencer = createSequencers(clock)
  const publication = createObjectPublication({ store, buckets, outbox, nextSequencer })
  const objects = createObjects({ store, publication, clock })
  const uploads = createUploads({ ...deps, store, buckets })
  const completeUpload = createUploadCompletion({ store, uploads, objects, publication })
  const copies = createCopies({ objects })
  const access = createObjectAccess({ ...deps, buckets, objects, store })
  await outbox.recover()
  await buckets.recover()
  const listObjects = createListObjects({ store })
  return { buckets, objects, listObjects, uploads, completeUpload, copies, outbox, access }
}

export type S3Nouns = Awaited<ReturnType<typeof openS3Nouns>>
