import { EngineError } from '../../../base/errors.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import type { MetaStore } from '../../meta/port.ts'
import { createObjectIndex, FILE } from './object-index.ts'

const PLACE = 'objects/place'
/** Where the pieces are of an index that does not say so. */
export const diskPlace = 'files of this data directory'

/**
 * Writes down where the pieces of the index lie, so that nobody looks for them elsewhere: rejects
 * with `invalid` when that is another place.
 */
export async function claimPlace(meta: MetaStore, place: string): Promise<void> {
  const key = encodeKey([PLACE])
  const entry = await meta.get(key)
  if (entry) return requirePlace(place, Buffer.from(entry.value).toString())
  const [file] = await meta.scan({ prefix: encodeKey([FILE]), limit: 1 })
  if (file) requirePlace(place, diskPlace)
  const claim = { checks: [{ key, version: 0 }], puts: [{ key, value: Buffer.from(place) }] }
  const isFirst = await createObjectIndex(meta).tryCommit(claim)
  if (!isFirst) await claimPlace(meta, place)
}

function requirePlace(place: string, there: string): void {
  if (place === there) return
  throw new EngineError('invalid', `the objects of this metadata are in ${there}, not in ${place}`)
}
