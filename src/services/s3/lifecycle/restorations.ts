import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { KeyPart } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { ObjectRecord, Restoration } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { serviceOrigin } from '../objects/objects.ts'
import { invalidArgument, preconditionFailed } from '../s3-errors.ts'
import { AWS_DAY_MS, dueAfterDays } from './lifecycle-rules.ts'
import { invalidObjectState, isArchive, restorationState } from './storage-classes.ts'

export type RestoreTier = Restoration['tier']

/** The ways of archived objects back. */
export interface Restorations {
  /**
   * Begins one; answers whether it is ready already, in which case only the copy's end changes.
   * Throws `InvalidObjectState` and `RestoreAlreadyInProgress`.
   */
  begin(
    bucket: Bucket,
    key: string,
    request: {
      readonly days: number
      readonly tier: RestoreTier
      readonly versionId?: string | undefined
      readonly origin: Origin
    },
  ): Promise<'begun' | 'extended'>
  /** The loop that tells of copies that are there, and of those that are gone. */
  start(signal: AbortSignal): Promise<void>
}

/** A moment in the life of a restored copy. */
interface Turn {
  readonly accountId: string
  readonly bucketName: string
  readonly storeId: string
  readonly key: string
  readonly versionId?: string
  readonly restoration: Restoration
  readonly event: 'ObjectRestore:Completed' | 'ObjectRestore:Delete'
}

const HOUR_MS = 3_600_000
/** The longest that AWS says: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html */
const tierTimesMs: Readonly<Record<string, Partial<Record<RestoreTier, number>>>> = {
  GLACIER: { Expedited: HOUR_MS / 12, Standard: 5 * HOUR_MS, Bulk: 12 * HOUR_MS },
  DEEP_ARCHIVE: { Standard: 12 * HOUR_MS, Bulk: 48 * HOUR_MS },
}
const everywhere = { accountId: '', region: '' }
const PAGE = 100
const REST_MAX_MS = 1_000
/** A turn whose object does not show it is kept this long: its write may be under way. */
const UNSEEN_MS = 60_000

export function createRestorations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly buckets: Buckets
  readonly objects: Objects
  readonly dayMs: number
}): Restorations {
  const { meta, clock, random, background, objects, dayMs } = deps
  /** Ids are the time of the turn and a random text. */
  const turns = createDocuments<Turn>(meta, 's3/restoration')

  function planned(record: ObjectRecord, days: number, tier: RestoreTier): Restoration {
    const { storageClass = 'STANDARD' } = record
    if (!isArchive(storageClass)) {
      throw invalidObjectState(
        "Restore is not allowed for the object's current storage class",
        storageClass,
      )
    }
    const nowMs = clock.wallMs()
    const takesMs = tierTimesMs[storageClass]?.[tier]
    if (takesMs === undefined) {
      throw invalidArgument('Retrieval option is not supported by this storage class')
    }
    const scaledMs = Math.ceil((takesMs * dayMs) / AWS_DAY_MS)
    const readyMs = nowMs + scaledMs
    const before = restorationState(record, nowMs)
    if (before?.state === 'restored') {
      return { ...before.restoration, expiresMs: dueAfterDays(nowMs, days, dayMs) }
    }
    // AWS: a faster tier speeds a restoration up that is under way.
    if (before && readyMs >= before.restoration.readyMs) throw alreadyInProgress()
    return { tier, readyMs, expiresMs: dueAfterDays(readyMs, days, dayMs) }
  }

  async function schedule(
    bucket: Bucket,
    named: Pick<Turn, 'key' | 'versionId'>,
    restoration: Restoration,
  ): Promise<void> {
    const { accountId, name, storeId } = bucket
    const turn = { accountId, bucketName: name, storeId, ...named, restoration }
    const completed: Turn = { ...turn, event: 'ObjectRestore:Completed' }
    const gone: Turn = { ...turn, event: 'ObjectRestore:Delete' }
    const text = random.bytes(8).toString('hex')
    const at = (dueMs: number, value: Turn) => turns.putBatch(everywhere, [dueMs, text], value).puts
    const isReady = restoration.readyMs <= clock.wallMs()
    await meta.commit({
      puts: [
        ...(isReady ? [] : at(restoration.readyMs, completed)),
        ...at(restoration.expiresMs, gone),
      ],
    })
  }

  const take = createTurnTaking(deps)

  async function round(signal: AbortSignal): Promise<number> {
    const page = await turns.list(everywhere, { limit: PAGE })
    let isMoving = false
    for (const { id, value } of page) {
      if (signal.aborted || Number(id[0]) > clock.wallMs()) break
      const isSettled = await take(value)
      if (!isSettled && Number(id[0]) + UNSEEN_MS > clock.wallMs()) continue
      await turns.remove(everywhere, ...(id as ReadonlyArray<KeyPart>))
      isMoving = true
    }
    return isMoving ? 0 : REST_MAX_MS
  }

  return {
    async begin(bucket, key, { days, tier, versionId, origin }) {
      if (days < 1) throw invalidArgument('restoration days should be at least 1')
      const object = await objects.head(bucket, key, versionId)
      const record = recordOf(object)
      const nowMs = clock.wallMs()
      const isReady = restorationState(record, nowMs)?.state === 'restored'
      const restoration = planned(record, days, tier)
      // The turns first: a crash in between leaves some that nothing shows, and they are dropped.
      await schedule(bucket, { key, ...(versionId !== undefined && { versionId }) }, restoration)
      await objects.change(bucket, key, {
        origin,
        versionId,
        event: 'ObjectRestore:Post',
        change(current) {
          if (current.sequencer !== record.sequencer) throw preconditionFailed('If-Match')
          return { ...current, restoration }
        },
      })
      return isReady ? 'extended' : 'begun'
    },

    start: (signal) => background.run({ name: 's3/restoration', round }, signal),
  }
}

/** Publishes a turn on its object; false when the object does not show the turn's restoration. */
function createTurnTaking(deps: {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly random: Random
}) {
  const { buckets, objects, random } = deps
  return async (turn: Turn): Promise<boolean> => {
    const { accountId, bucketName, storeId, key, versionId, restoration, event } = turn
    const isSame = (one: Restoration | undefined) =>
      one?.readyMs === restoration.readyMs &&
      (event === 'ObjectRestore:Completed' || one.expiresMs === restoration.expiresMs)
    try {
      const bucket = await buckets.find(accountId, bucketName)
      if (bucket.storeId !== storeId) return false
      await objects.change(bucket, key, {
        origin: serviceOrigin({ accountId }, random.uuid()),
        event,
        versionId,
        change(record) {
          if (!isSame(record.restoration)) throw preconditionFailed('If-Match')
          if (event === 'ObjectRestore:Completed') return record
          const { restoration: _gone, ...rest } = record
          return rest
        },
      })
      return true
    } catch (error) {
      if (error instanceof ServiceError) return false
      throw error
    }
  }
}

function alreadyInProgress(): ServiceError {
  return new ServiceError('RestoreAlreadyInProgress', 'Object restore is already in progress', {
    status: 409,
  })
}
