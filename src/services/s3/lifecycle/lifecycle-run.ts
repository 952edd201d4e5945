import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { LIST_MAX } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { uploadOf } from '../objects/upload-record.ts'
import type { Uploads } from '../objects/uploads.ts'
import { preconditionFailed } from '../s3-errors.ts'
import { versionIdOf } from '../versions/version-keys.ts'
import type { WalkedVersion, WalkVersions } from '../versions/version-walk.ts'
import type { LifecycleAction, LifecycleConfiguration } from './lifecycle-rules.ts'
import { dueAction, isAbandoned } from './lifecycle-rules.ts'
import type { LifecycleEntry, LifecycleSettings } from './lifecycle-settings.ts'

export interface LifecycleRunDeps {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly settings: LifecycleSettings
  readonly buckets: Buckets
  readonly objects: Objects
  readonly walkVersions: WalkVersions
  readonly uploads: Uploads
  readonly dayMs: number
}

/** How far a pass over all buckets has come; kept, so that a restart goes on and not back. */
interface Position {
  readonly dueMs: number
  readonly storeId?: string
  readonly phase?: Phase
  readonly after?: string
}

type Phase = 'objects' | 'uploads'

const everywhere = { accountId: '', region: '' }
const PASSES_A_DAY = 24
const REST_MIN_MS = 500
const CONCURRENCY = 8
/** How many objects are judged before the place is kept. */
const STRIDE = 1_000

/**
 * Does to versions and uploads what the lifecycles of their buckets want, in passes over all of them.
 * What a version is judged by is what is changed: one that was written meanwhile, or became the newest,
 * stays.
 */
export function createLifecycleRun(deps: LifecycleRunDeps) {
  const { meta, clock, background, settings, dayMs } = deps
  const positions = createDocuments<Position>(meta, 's3/lifecycle-position')
  const passBucket = createBucketPass(deps, (place) => keep({ dueMs: clock.wallMs(), ...place }))

  async function keep(position: Position): Promise<void> {
    await positions.put(everywhere, ['pass'], position)
  }

  async function pass(begun: Position | undefined, signal: AbortSignal): Promise<void> {
    let place = begun?.storeId === undefined ? undefined : begun
    const entries: LifecycleEntry[] = []
    for await (const entry of settings.everywhere()) entries.push(entry)
    // The bucket where the pass stood may be gone: then it begins anew.
    const index = entries.findIndex(({ storeId }) => storeId === place?.storeId)
    if (index < 0) place = undefined
    for (const entry of entries.slice(Math.max(index, 0))) {
      if (signal.aborted) return
      await passBucket(entry, place, signal)
      place = undefined
    }
    if (signal.aborted) return
    await keep({ dueMs: clock.wallMs() + Math.max(REST_MIN_MS, dayMs / PASSES_A_DAY) })
  }

  return {
    start(signal: AbortSignal): Promise<void> {
      const round = async (held: AbortSignal) => {
        const position = await positions.get(everywhere, 'pass')
        const restMs = (position?.dueMs ?? 0) - clock.wallMs()
        const restMaxMs = Math.max(REST_MIN_MS, dayMs / PASSES_A_DAY)
        if (restMs > 0) return Math.min(restMs, restMaxMs)
        await pass(position, held)
        return 0
      }
      return background.run({ name: 's3/lifecycle', round }, signal)
    },
  }
}

/** One bucket's turn in a pass, from a place in it. */
function createBucketPass(
  deps: LifecycleRunDeps,
  keep: (place: Omit<Position, 'dueMs'>) => Promise<void>,
) {
  const { buckets, walkVersions } = deps
  const work = createWork(deps)

  /** Does the work, a few at a time; the place is kept where all of a key is done. */
  async function take(
    subjects: AsyncIterable<Subject>,
    { storeId, phase, signal }: { storeId: string; phase: Phase; signal: AbortSignal },
  ): Promise<void> {
    const waiting: Array<() => Promise<void>> = []
    let last: string | undefined
    let judged = 0
    const finish = () => Promise.all(waiting.splice(0).map((run) => run()))
    for await (const { key, run } of subjects) {
      if (signal.aborted) return
      if (judged >= STRIDE && last !== undefined && last !== key) {
        await finish()
        await keep({ storeId, phase, after: last })
        judged = 0
      }
      judged++
      last = key
      if (run && waiting.push(run) >= CONCURRENCY) await finish()
    }
    await finish()
  }

  async function* versionsOf(entry: LifecycleEntry, bucket: Bucket, after: string | undefined) {
    for await (const version of walkVersions(bucket, after)) {
      yield { key: version.object.key, run: work.onVersion(bucket, entry.configuration, version) }
    }
  }

  async function* uploadsOf(entry: LifecycleEntry, bucket: Bucket, from: string | undefined) {
    let after = from
    for (;;) {
      const page = { prefix: '', limit: LIST_MAX, ...(after !== undefined && { after }) }
      const { entries, truncated } = await deps.uploads.list(bucket, page)
      for (const one of entries) {
        if (!('object' in one)) continue
        after = one.object.key
        yield { key: after, run: work.onUpload(bucket, entry.configuration, one.object) }
      }
      if (!truncated) return
    }
  }

  return async (entry: LifecycleEntry, place: Position | undefined, signal: AbortSignal) => {
    const { bucketName, storeId } = entry
    const bucket = await buckets.look(bucketName)
    if (bucket?.storeId !== storeId) return entry.forget()
    const isPast = place?.phase === 'uploads'
    if (!isPast) {
      const versions = versionsOf(entry, bucket, place?.after)
      await take(versions, { storeId, phase: 'objects', signal })
    }
    const uploads = uploadsOf(entry, bucket, isPast ? place.after : undefined)
    await take(uploads, { storeId, phase: 'uploads', signal })
  }
}

/** What a pass comes by, and what there is to do about it. */
interface Subject {
  readonly key: string
  readonly run: (() => Promise<void>) | undefined
}

function createWork({ objects, uploads, clock, random, dayMs }: LifecycleRunDeps) {
  const today = () => ({ nowMs: clock.wallMs(), dayMs })

  async function act(
    bucket: Bucket,
    { object, noncurrent }: WalkedVersion,
    action: LifecycleAction,
  ): Promise<void> {
    const { sequencer, etag, isDeleteMarker, versionId } = recordOf(object)
    const requireSame = (record: ObjectRecord, isNewest?: boolean) => {
      const isElsewhere = isNewest !== undefined && isNewest !== (noncurrent === undefined)
      if (record.sequencer !== sequencer || isElsewhere) throw preconditionFailed('If-Match')
    }
    const origin: Origin = {
      principalId: 's3.amazonaws.com',
      sourceAddress: 's3.amazonaws.com',
      requestId: random.uuid(),
    }
    const isNamed = noncurrent !== undefined || isDeleteMarker
    const named = isNamed && { versionId: versionIdOf({ ...(versionId && { versionId }) }) }
    if (action.kind === 'expire') {
      const request = { origin, by: 'lifecycle' as const, allow: requireSame, ...named }
      // Of the object, one that was removed meanwhile is not removed once more.
      const conditions = isNamed ? {} : { ifMatch: etag }
      await objects.remove(bucket, object.key, { ...request, conditions })
      return
    }
    await objects.change(bucket, object.key, {
      origin,
      ...named,
      event: 'LifecycleTransition',
      change(record) {
        requireSame(record)
        const { restoration: _before, ...rest } = record
        return { ...rest, storageClass: action.storageClass }
      },
    })
  }

  return {
    onVersion(bucket: Bucket, configuration: LifecycleConfiguration, version: WalkedVersion) {
      const action = dueAction(configuration, version, today())
      if (!action) return undefined
      return async () => {
        try {
          await act(bucket, version, action)
        } catch (error) {
          // Written, removed or locked meanwhile: the next pass judges it again.
          if (!(error instanceof ServiceError)) throw error
        }
      }
    },

    onUpload(bucket: Bucket, configuration: LifecycleConfiguration, entry: StoredObject) {
      const upload = uploadOf(entry)
      if (!isAbandoned(configuration, upload, today())) return undefined
      return () => uploads.discard(bucket, upload)
    },
  }
}
