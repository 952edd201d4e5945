import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Random } from '../../../base/random.ts'
import type { MetaStore } from '../../meta/port.ts'
import { createHolds } from '../indexed/content-holds.ts'
import { createIndexedObjects } from '../indexed/indexed-objects.ts'
import { createObjectIndex } from '../indexed/object-index.ts'
import { claimPlace, diskPlace } from '../indexed/place-claim.ts'
import type { ObjectStore } from '../port.ts'
import { openObjectFiles } from './object-files.ts'

export interface DiskObjectsDeps {
  readonly disk: Disk
  /** Absolute, and of this store alone. */
  readonly directory: string
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly metrics?: Metrics
  /** Objects up to this size lie in `meta`; larger ones are files. */
  readonly inlineMaxBytes?: number
}

/** Measured: up to 64 KB a file costs two to three times as much; above 32 KB `meta` grows too fast. */
const INLINE_MAX_BYTES = 32 * 1024

/**
 * The object store on one disk: an index in `meta`, the bytes of small objects beside it, those of
 * large ones in files. A file is synced, and its name too, before the commit that publishes it.
 */
export async function openDiskObjects(deps: DiskObjectsDeps): Promise<ObjectStore> {
  const { directory, inlineMaxBytes = INLINE_MAX_BYTES } = deps
  const index = createObjectIndex(deps.meta)
  await claimPlace(deps.meta, diskPlace)
  const place = await openObjectFiles({ ...deps, directory: join(directory, 'files'), index })
  const holds = createHolds(async (contentId, pieces) => {
    await place.removePieces(pieces)
    await index.forgetGarbage([{ contentId, pieces }])
  })
  const scratchDirectory = join(directory, 'local')
  return createIndexedObjects({ ...deps, inlineMaxBytes, scratchDirectory, index, place, holds })
}
