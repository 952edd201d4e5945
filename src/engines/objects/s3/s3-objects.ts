import { createAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Random } from '../../../base/random.ts'
import { createBackground } from '../../meta/background.ts'
import { createLeases } from '../../meta/leases.ts'
import type { MetaStore } from '../../meta/port.ts'
import { createHolds } from '../indexed/content-holds.ts'
import { createIndexedObjects } from '../indexed/indexed-objects.ts'
import { createObjectIndex } from '../indexed/object-index.ts'
import { claimPlace } from '../indexed/place-claim.ts'
import type { ObjectStore } from '../port.ts'
import { ageMs, createBlobPlace } from './blob-place.ts'
import type { BlobStore } from './blob-store.ts'
import { createBlobStore } from './blob-store.ts'
import type { BlobSweep } from './blob-sweep.ts'
import { createBlobSweep } from './blob-sweep.ts'
import type { BucketUrl } from './bucket-url.ts'
import { remoteLimits } from './limits.ts'
import type { StoreCredentials } from './request-signer.ts'
import { createStoreConnection } from './store-connection.ts'

export interface S3ObjectsDeps {
  readonly url: BucketUrl
  readonly credentials: StoreCredentials
  readonly disk: Disk
  /** Absolute, and of this store alone: for copies that engines read by path. */
  readonly directory: string
  /** Has the index. When nodes share it, they share the objects. */
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  /** Objects up to this size lie in `meta`; larger ones are blobs. */
  readonly inlineMaxBytes?: number
}

/**
 * The object store over a bucket of S3 or of anything that speaks like it: an index in `meta`, the
 * bytes of small objects beside it, those of large ones in the bucket, under names of our own. A blob
 * is there before the commit that publishes it. Rejects with `unavailable` when the bucket cannot be
 * read, written to and removed from.
 */
export async function openS3Objects(deps: S3ObjectsDeps): Promise<ObjectStore> {
  const { url, meta, clock, random } = deps
  const { inlineMaxBytes = remoteLimits.inlineMaxBytes } = deps
  const connection = createStoreConnection(deps)
  const store = createBlobStore(connection, url.prefix)
  const index = createObjectIndex(meta)
  try {
    await claimPlace(meta, `s3://${url.bucket}/${url.prefix}`)
    await probe(store, random)
  } catch (error) {
    connection.close()
    throw error
  }
  // Alone with its metadata, a node is the only one that makes directories.
  const leftBehind = new Set(meta.capabilities.shared ? [] : await index.openDirectories())
  const place = createBlobPlace({ store, persist: connection.persist, index, clock, random })
  const holds = createHolds(async (contentId, pieces) => {
    // Another node may be reading it; the sweep removes it later.
    if (meta.capabilities.shared) return
    await place.removePieces(pieces)
    await index.forgetGarbage([{ contentId, pieces }])
  })
  const sweep = createBlobSweep({ store, index, place, holds })
  const objects = await createIndexedObjects({
    ...deps,
    inlineMaxBytes,
    scratchDirectory: deps.directory,
    index,
    place,
    holds,
  })
  const sweeping = keepSwept(deps, sweep, leftBehind)
  return {
    ...objects,
    async close() {
      await sweeping.stop()
      await objects.close()
      connection.close()
    },
  }
}

/** A blob goes in, comes out and is removed: better now than with somebody's object. */
async function probe(store: BlobStore, random: Random): Promise<void> {
  const name = `probe-${random.uuid()}`
  await store.put(name, [Buffer.from('headrace')])
  const { message } = await store.get(name, 0, 1)
  message.resume()
  await store.list(name)
  await store.remove([name])
}

/**
 * Sweeps now and then, one node at a time. Alone with its metadata, a node begins with all that the
 * process before it left.
 */
function keepSwept(
  { meta, clock, random, log, metrics }: S3ObjectsDeps,
  sweep: BlobSweep,
  leftBehind: ReadonlySet<string>,
) {
  const abort = createAbort()
  const leases = createLeases({ meta, clock, owner: random.uuid(), log })
  const background = createBackground({ leases, clock, random, log, metrics })
  const openedMs = clock.wallMs()
  const isAbandoned = (name: string) =>
    leftBehind.has(name) || ageMs(name, clock.wallMs()) > 2 * remoteLimits.directoryMs
  let isFirst = !meta.capabilities.shared
  const round = async (signal: AbortSignal) => {
    await sweep.directories(isAbandoned, signal)
    await sweep.garbage(isFirst ? openedMs : clock.wallMs() - remoteLimits.graceMs, signal)
    isFirst = false
    return remoteLimits.sweepMs
  }
  const running = background.run({ name: 'objects/sweep', round }, abort.signal)
  return {
    async stop(): Promise<void> {
      abort.abort()
      await running
    },
  }
}
