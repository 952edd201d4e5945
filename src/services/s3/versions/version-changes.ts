import type {
  ObjectId,
  Rearrangement,
  SeenObject,
  StoredObject,
} from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, versionsOf } from '../buckets/bucket.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { attributesOf, recordOf } from '../objects/object-record.ts'
import type { Version, VersionHistory } from './version-history.ts'
import { markerKey, olderKeyOf, writtenAt } from './version-keys.ts'

/** What there is of a key before it changes. */
export interface KeyState {
  readonly current: Version | undefined
  readonly marker: Version | undefined
}

const inPlace = { moves: [], removals: [] }

/**
 * How the versions of a key change place, each change one commit. All of them check the newest version
 * as it was seen, so that what happens to one key happens in an order.
 */
export function createVersionChanges({ history }: { readonly history: VersionHistory }) {
  /** The version `null` that a new one of this name replaces, unless it is the newest one. */
  async function olderNull(bucket: Bucket, key: string, { current, marker }: KeyState) {
    const isNewest = [current, marker].some((one) => one && isNull(one))
    return isNewest ? undefined : history.olderNull(bucket, key)
  }

  /** Makes room for a new newest version; the object that it overwrites is among those that move. */
  async function giveWay(
    bucket: Bucket,
    key: string,
    state: KeyState,
  ): Promise<Required<Pick<Rearrangement, 'moves' | 'removals'>>> {
    const isReplaced = (version: Version) => bucket.versioning !== 'Enabled' && isNull(version)
    const newest = [state.current, state.marker].flatMap((version) => version ?? [])
    const replaced = bucket.versioning === 'Suspended' && (await olderNull(bucket, key, state))
    return {
      moves: newest
        .filter((version) => !isReplaced(version))
        .map((version) => ({ from: version.place, to: olderPlace(bucket, version) })),
      removals: [...newest.filter(isReplaced), ...(replaced ? [replaced] : [])].map(
        ({ place }) => place,
      ),
    }
  }

  return {
    async stateOf(bucket: Bucket, key: string): Promise<KeyState> {
      const current = await history.current(bucket, key)
      return { current, marker: await history.marker(bucket, key) }
    },

    /** Beside the publication of a new current object. */
    async beforePublication(bucket: Bucket, key: string, state: KeyState): Promise<Rearrangement> {
      const { moves, removals } = await giveWay(bucket, key, state)
      const { current, marker } = state
      return {
        moves,
        // The publication itself gives up what it overwrites.
        removals: removals.filter((place) => place !== current?.place),
        ...(!current && !marker && { seen: [absent(versionsOf(bucket), markerKey(key))] }),
      }
    },

    /** A delete marker becomes the newest version. */
    async mark(
      bucket: Bucket,
      key: string,
      state: KeyState,
      attributes: StoredObject['attributes'],
    ): Promise<Rearrangement> {
      return {
        ...(await giveWay(bucket, key, state)),
        empties: [{ bucket: versionsOf(bucket), key: markerKey(key), attributes }],
        ...(!state.current && { seen: [absent(objectsOf(bucket), key)] }),
      }
    },

    /**
     * A version with an id of its own comes to its place in the order, which need not be that of the
     * newest: a delete marker, or an object that lies elsewhere by now.
     */
    async arrival(
      bucket: Bucket,
      key: string,
      state: KeyState,
      { record, from }: { readonly record: ObjectRecord; readonly from?: SeenObject },
    ): Promise<{ readonly to: ObjectId; readonly change: Rearrangement }> {
      const newest = [state.current, state.marker].flatMap((version) => version ?? [])
      const isNewest = newest.every(({ object }) => writtenAt(recordOf(object)) < writtenAt(record))
      const to = isNewest
        ? newestPlace(bucket, key, record)
        : { bucket: versionsOf(bucket), key: olderKeyOf(key, record) }
      const { moves, removals } = isNewest ? await giveWay(bucket, key, state) : inPlace
      return {
        to,
        change: {
          removals,
          moves: from ? [...moves, { from, to }] : moves,
          ...(!from && { empties: [{ ...to, attributes: attributesOf(record) }] }),
          seen: newest.length > 0 ? seenIf(!isNewest, newest) : newestPlaces(bucket, key),
        },
      }
    },

    /** The version goes; was it the newest, the one before it takes its place. */
    async removal(bucket: Bucket, key: string, version: Version): Promise<Rearrangement> {
      const removals = [version.place]
      if (!version.isNewest) return { removals }
      const isMarker = recordOf(version.object).isDeleteMarker === true
      const other = await (isMarker ? history.current(bucket, key) : history.marker(bucket, key))
      if (other) return { removals, seen: [other.place] }
      const seen = isMarker
        ? [absent(objectsOf(bucket), key)]
        : [absent(versionsOf(bucket), markerKey(key))]
      const next = await history.firstOlder(bucket, key)
      if (!next) return { removals, seen }
      const to = newestPlace(bucket, key, recordOf(next.object))
      return { removals, moves: [{ from: next.place, to }], seen }
    },
  }
}

export type VersionChanges = ReturnType<typeof createVersionChanges>

/** The sequencer that a new version of the key has to be greater than. */
export function lastSequencerOf({ current, marker }: KeyState): string | undefined {
  const all = [current, marker].flatMap((version) => (version ? recordOf(version.object) : []))
  return all
    .flatMap((record) => [record.sequencer, writtenAt(record)])
    .sort()
    .at(-1)
}

function isNull({ object }: Version): boolean {
  return recordOf(object).versionId === undefined
}

function olderPlace(bucket: Bucket, { object }: Version) {
  return { bucket: versionsOf(bucket), key: olderKeyOf(object.key, recordOf(object)) }
}

function newestPlace(bucket: Bucket, key: string, { isDeleteMarker }: ObjectRecord): ObjectId {
  return isDeleteMarker
    ? { bucket: versionsOf(bucket), key: markerKey(key) }
    : { bucket: objectsOf(bucket), key }
}

function seenIf(isWanted: boolean, versions: ReadonlyArray<Version>): ReadonlyArray<SeenObject> {
  return isWanted ? versions.map(({ place }) => place) : []
}

/** Nothing is there of the key. */
function newestPlaces(bucket: Bucket, key: string) {
  return [absent(objectsOf(bucket), key), absent(versionsOf(bucket), markerKey(key))]
}

function absent(bucket: string, key: string) {
  return { bucket, key, revision: undefined }
}
