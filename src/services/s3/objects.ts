import { present } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type {
  ByteRange,
  ObjectBody,
  ObjectStore,
  OpenedObject,
  StoredObject,
} from '../../engines/objects/port.ts'
import type { Bucket } from './bucket.ts'
import { objectsOf } from './bucket.ts'
import type { WriteConditions } from './conditions.ts'
import { requireWritable } from './conditions.ts'
import type { DigestPlan } from './digests.ts'
import { createDigester } from './digests.ts'
import type { Origin } from './event-record.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import type { ObjectEvent } from './notification-rules.ts'
import type { Describe, ObjectPublication } from './object-publication.ts'
import type { ContentHeaders, ObjectRecord } from './object-record.ts'
import { recordOf } from './object-record.ts'
import { keyTooLong, noSuchKey } from './s3-errors.ts'
import { requireRetrievable } from './storage-classes.ts'
import type { Tags } from './tags.ts'

/** What a caller says of an object beside its bytes. */
export interface ObjectDetails {
  readonly headers?: ContentHeaders | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly tags?: Tags | undefined
  readonly storageClass?: string | undefined
}

export interface PutRequest extends ObjectDetails, WriteConditions {
  readonly key: string
  readonly body: ObjectBody
  readonly digests: DigestPlan
  readonly event: Extract<ObjectEvent, 'ObjectCreated:Put' | 'ObjectCreated:Copy'>
  readonly origin: Origin
  readonly signal?: AbortSignal | undefined
}

/**
 * Objects under the rules of S3, for the API and for the other services alike: conditions, digests,
 * tags, events. What is acknowledged is durable, and so are the events that it causes.
 */
export interface Objects {
  put(bucket: Bucket, request: PutRequest): Promise<StoredObject>
  /** Throws `NoSuchKey`. `select` sees the object first and may answer a range or throw. */
  open(
    bucket: Bucket,
    key: string,
    select?: (object: StoredObject) => ByteRange | undefined,
  ): Promise<OpenedObject>
  /** Throws `NoSuchKey`. */
  head(bucket: Bucket, key: string): Promise<StoredObject>
  find(bucket: Bucket, key: string): Promise<StoredObject | undefined>
  /** Nothing happens when there is none, unless `ifMatch` asks for one. */
  remove(
    bucket: Bucket,
    key: string,
    options: {
      readonly origin: Origin
      readonly ifMatch?: string | undefined
      /** `ObjectRemoved:Delete` when absent. */
      readonly event?: ObjectEvent
      /** Sees what is removed; may throw to refuse. */
      readonly allow?: (record: ObjectRecord) => void
    },
  ): Promise<void>
  /** Throws `NoSuchKey`. `change` sees what is there and may throw to refuse. */
  change(
    bucket: Bucket,
    key: string,
    options: {
      readonly origin: Origin
      readonly event: ObjectEvent
      readonly change: (record: ObjectRecord) => ObjectRecord
    },
  ): Promise<StoredObject>
  setTags(
    bucket: Bucket,
    key: string,
    tags: Tags,
    options: { readonly origin: Origin; readonly event: ObjectEvent },
  ): Promise<void>
}

export function createObjects(deps: {
  readonly store: ObjectStore
  readonly publication: ObjectPublication
  readonly clock: Clock
}): Objects {
  const { store, publication, clock } = deps

  async function find(bucket: Bucket, key: string): Promise<StoredObject | undefined> {
    requireKey(key)
    return store.head({ bucket: objectsOf(bucket), key })
  }

  const change: Objects['change'] = async (bucket, key, { origin, event, change: apply }) => {
    requireKey(key)
    const describe: Describe = (current, sequencer) => ({
      ...apply(present(current, 'the object whose attributes change')),
      sequencer,
    })
    const id = { bucket: objectsOf(bucket), key }
    try {
      return await publication.publish(bucket, { key, event, origin, describe }, (publishRecord) =>
        store.setAttributes(id, (current) => publishRecord(current, current)),
      )
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'not-found') throw noSuchKey(key)
      throw error
    }
  }

  return {
    find,
    change,

    async put(bucket, request) {
      const { key, body, origin, event, signal } = request
      requireKey(key)
      const digester = createDigester(request.digests)
      const describe: Describe = (current, sequencer) => {
        requireWritable(key, current, request)
        const { md5, checksum } = digester.finish()
        return recordFrom(request, { etag: md5, sequencer, checksum })
      }
      const id = { bucket: objectsOf(bucket), key }
      return publication.publish(bucket, { key, event, origin, describe }, (publishRecord) =>
        store.put(id, body, {
          publish: publishRecord,
          observe: digester.update,
          ...(signal && { signal }),
        }),
      )
    },

    async open(bucket, key, select) {
      requireKey(key)
      const opened = await store.get({ bucket: objectsOf(bucket), key }, (object) => {
        requireRetrievable(recordOf(object), clock.wallMs())
        return select?.(object)
      })
      if (!opened) throw noSuchKey(key)
      return opened
    },

    async head(bucket, key) {
      const object = await find(bucket, key)
      if (!object) throw noSuchKey(key)
      return object
    },

    async remove(bucket, key, { origin, ifMatch, event, allow }) {
      requireKey(key)
      const check = (record: ObjectRecord) => {
        requireWritable(key, record, { ifMatch })
        allow?.(record)
      }
      const removed = await publication.remove(bucket, key, origin, check, event)
      if (!removed) requireWritable(key, undefined, { ifMatch })
    },

    async setTags(bucket, key, tags, { origin, event }) {
      await change(bucket, key, {
        origin,
        event,
        change: ({ tags: _before, ...rest }) => ({
          ...rest,
          ...(Object.keys(tags).length > 0 && { tags }),
        }),
      })
    },
  }
}

/** Leaves out what is not said, so that rows stay small. */
export function recordFrom(
  { headers, metadata, tags, storageClass }: ObjectDetails,
  rest: Pick<ObjectRecord, 'etag' | 'sequencer' | 'checksum' | 'parts' | 'uploadId'>,
): ObjectRecord {
  return {
    ...rest,
    ...(headers && Object.keys(headers).length > 0 && { headers }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(tags && Object.keys(tags).length > 0 && { tags }),
    ...(storageClass && storageClass !== 'STANDARD' && { storageClass }),
  }
}

/** Who a service of this house is, when it writes objects of an account. */
export function serviceOrigin({ accountId }: Pick<Scope, 'accountId'>, requestId: string): Origin {
  return { principalId: `AWS:${accountId}`, sourceAddress: '127.0.0.1', requestId }
}

export function requireKey(key: string): void {
  // A string of so few units cannot be too long, whatever they are.
  if (key.length * 3 <= KEY_BYTES_MAX) return
  const sizeBytes = Buffer.byteLength(key)
  if (sizeBytes > KEY_BYTES_MAX) throw keyTooLong(sizeBytes)
}
