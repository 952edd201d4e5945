import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { ListPage } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { LIST_MAX } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { ListObjects } from '../objects/object-listing.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { uploadOf } from '../objects/upload-record.ts'
import type { Uploads } from '../objects/uploads.ts'
import { preconditionFailed } from '../s3-errors.ts'
import type { LifecycleAction, LifecycleConfiguration, Lived } from './lifecycle-rules.ts'
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
  readonly listObjects: ListObjects
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

/**
 * Does to objects and uploads what the lifecycles of their buckets want, in passes over all of them,
 * page by page. What an object is judged by is what is changed: one that was written meanwhile stays.
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
  const { buckets, listObjects, uploads } = deps
  const apply = createApplication(deps)

  async function pages(
    place: Position | undefined,
    list: (after: string | undefined) => Promise<ListPage>,
    each: (object: Lived) => Promise<void>,
    { storeId, phase, signal }: { storeId: string; phase: Phase; signal: AbortSignal },
  ): Promise<void> {
    let after = place?.phase === phase ? place.after : undefined
    while (!signal.aborted) {
      const { entries, truncated } = await list(after)
      const found = entries.flatMap((entry) => ('object' in entry ? [entry.object] : []))
      for (let start = 0; start < found.length && !signal.aborted; start += CONCURRENCY) {
        await Promise.all(found.slice(start, start + CONCURRENCY).map(each))
      }
      after = found.at(-1)?.key
      if (signal.aborted || !truncated || after === undefined) return
      await keep({ storeId, phase, after })
    }
  }

  return async (entry: LifecycleEntry, place: Position | undefined, signal: AbortSignal) => {
    const { bucketName, storeId, configuration } = entry
    const bucket = await buckets.look(bucketName)
    if (bucket?.storeId !== storeId) return entry.forget()
    if (place?.phase !== 'uploads') {
      await pages(
        place,
        (after) => listObjects(bucket, { prefix: '', limit: LIST_MAX, ...(after && { after }) }),
        (object) => apply.toObject(bucket, configuration, object),
        { storeId, phase: 'objects', signal },
      )
    }
    await pages(
      place,
      (after) => uploads.list(bucket, { prefix: '', limit: LIST_MAX, ...(after && { after }) }),
      (object) => apply.toUpload(bucket, configuration, object),
      { storeId, phase: 'uploads', signal },
    )
  }
}

function createApplication({ objects, uploads, clock, random, dayMs }: LifecycleRunDeps) {
  const now = () => ({ nowMs: clock.wallMs(), dayMs })

  async function act(bucket: Bucket, object: Lived, action: LifecycleAction): Promise<void> {
    const { sequencer } = recordOf(object)
    const requireSame = (record: ObjectRecord) => {
      if (record.sequencer !== sequencer) throw preconditionFailed('If-Match')
    }
    const origin: Origin = {
      principalId: 's3.amazonaws.com',
      sourceAddress: 's3.amazonaws.com',
      requestId: random.uuid(),
    }
    if (action.kind === 'expire') {
      await objects.remove(bucket, object.key, { origin, by: 'lifecycle', allow: requireSame })
      return
    }
    await objects.change(bucket, object.key, {
      origin,
      event: 'LifecycleTransition',
      change(record) {
        requireSame(record)
        const { restoration: _before, ...rest } = record
        return { ...rest, storageClass: action.storageClass }
      },
    })
  }

  return {
    async toObject(bucket: Bucket, configuration: LifecycleConfiguration, object: Lived) {
      const action = dueAction(configuration, object, now())
      if (!action) return
      try {
        await act(bucket, object, action)
      } catch (error) {
        // Written, removed or held meanwhile: the next pass judges it again.
        if (!(error instanceof ServiceError)) throw error
      }
    },

    async toUpload(bucket: Bucket, configuration: LifecycleConfiguration, entry: Lived) {
      const upload = uploadOf({ ...entry, revision: '' })
      if (isAbandoned(configuration, upload, now())) await uploads.discard(bucket, upload)
    },
  }
}
