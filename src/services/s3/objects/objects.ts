import type { Clock } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type {
  ByteRange,
  LocalFile,
  ObjectBody,
  ObjectId,
  ObjectStore,
  OpenedObject,
  StoredObject,
} from '../../../engines/objects/port.ts'
import type { ObjectAcl } from '../access/acl.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf } from '../buckets/bucket.ts'
import type { Encryptions } from '../encryption/encryptions.ts'
import type { EncryptionWish, ObjectEncryption, Reader } from '../encryption/object-encryption.ts'
import { hasPlainEtag } from '../encryption/object-encryption.ts'
import { requireRetrievable } from '../lifecycle/storage-classes.ts'
import { KEY_BYTES_MAX } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { ObjectEvent } from '../notifications/notification-rules.ts'
import type { ReplicaArrival, ReplicaSource } from '../replication/replica-arrival.ts'
import { keyTooLong, noSuchKey } from '../s3-errors.ts'
import type { Tags } from '../tags.ts'
import type { VersionLock } from '../versions/object-locks.ts'
import { requireLockable } from '../versions/object-locks.ts'
import type { VersionLocation } from '../versions/version-location.ts'
import { requireVersionId } from '../versions/version-location.ts'
import type { WriteConditions } from './conditions.ts'
import { requireWritable } from './conditions.ts'
import type { DigestPlan } from './digests.ts'
import { createDigester } from './digests.ts'
import type {
  Amendment,
  Describe,
  ObjectPublication,
  PublicationOptions,
} from './object-publication.ts'
import type { ContentHeaders, ObjectRecord } from './object-record.ts'
import { recordOf } from './object-record.ts'
import type { Removal, RemoveObject, RemoveRequest } from './object-removal.ts'

/** What a caller says of an object beside its bytes. */
export interface ObjectDetails extends VersionLock, ObjectAcl {
  readonly headers?: ContentHeaders | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly tags?: Tags | undefined
  readonly storageClass?: string | undefined
}

export interface PutRequest extends ObjectDetails, WriteConditions {
  readonly key: string
  readonly body: ObjectBody
  readonly digests: DigestPlan
  readonly event: Extract<
    ObjectEvent,
    'ObjectCreated:Put' | 'ObjectCreated:Post' | 'ObjectCreated:Copy'
  >
  readonly origin: Origin
  readonly signal?: AbortSignal | undefined
  readonly encryption?: EncryptionWish | undefined
  /** The version of another bucket that it is a copy of, with its name and its place in the order. */
  readonly replicaOf?: ReplicaSource | undefined
}

export interface OpenRequest extends Reader {
  /** Sees the object first and may answer a range or throw. */
  readonly select?: ((object: StoredObject) => ByteRange | undefined) | undefined
  readonly versionId?: string | undefined
}

/**
 * Objects under the rules of S3, for the API and for the other services alike: conditions, digests,
 * tags, versions, locks, encryption, events. What is acknowledged is durable, and so are the events that it causes.
 *
 * Without a `versionId` the object is meant: the newest version, if that is no delete marker. The
 * version `null` is the one that was written while the bucket gave no ids. Throws `NoSuchKey`,
 * `NoSuchVersion`, and `MethodNotAllowed` for a delete marker, where a version has to be there.
 */
export interface Objects {
  put(bucket: Bucket, request: PutRequest): Promise<StoredObject>
  open(bucket: Bucket, key: string, request?: OpenRequest): Promise<OpenedObject>
  /** The object's bytes in a file, good until it is released. */
  localFile(bucket: Bucket, key: string, reader?: Reader): Promise<LocalFile>
  head(bucket: Bucket, key: string, versionId?: string): Promise<StoredObject>
  /** Undefined when there is none, or a delete marker. */
  find(bucket: Bucket, key: string, versionId?: string): Promise<StoredObject | undefined>
  /** Nothing happens when there is none, unless a condition asks for one. */
  remove(bucket: Bucket, key: string, request: RemoveRequest): Promise<Removal>
  /** `change` sees what is there and may throw to refuse. */
  change(bucket: Bucket, key: string, request: ChangeRequest): Promise<StoredObject>
  setTags(
    bucket: Bucket,
    key: string,
    tags: Tags,
    request: Omit<ChangeRequest, 'change'>,
  ): Promise<StoredObject>
}

export interface ChangeRequest extends Omit<Amendment, 'key'> {
  readonly versionId?: string | undefined
}

const absences: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'])

export function createObjects(deps: {
  readonly store: ObjectStore
  readonly publication: ObjectPublication
  readonly removeObject: RemoveObject
  readonly location: VersionLocation
  readonly encryptions: Encryptions
  readonly replicaArrival: ReplicaArrival
  readonly clock: Clock
  readonly random: Random
}): Objects {
  const { store, publication, replicaArrival, removeObject, location, encryptions, clock } = deps

  async function head(bucket: Bucket, key: string, versionId?: string): Promise<StoredObject> {
    requireKey(key)
    requireVersionId(bucket, versionId)
    return (await location.locate({ bucket, key, versionId, method: 'GET' })).object
  }

  /** Throws when the bytes are not to be had: archived, or enciphered with another key. */
  function keyOf(bucket: Bucket, key: string, found: StoredObject, reader: Reader) {
    const record = recordOf(found)
    requireRetrievable(record, clock.wallMs())
    return encryptions.keyOf(bucket, key, record.encryption, reader)
  }

  const change: Objects['change'] = (bucket, key, { versionId, ...amendment }) => {
    requireKey(key)
    requireVersionId(bucket, versionId)
    return location.atPlace({ bucket, key, versionId, method: 'PUT' }, (place, requireSame) => {
      const apply = (record: ObjectRecord) => {
        requireSame(record)
        return amendment.change(record)
      }
      return unlessAbsent(publication.amend(bucket, place, { ...amendment, key, change: apply }))
    })
  }

  return {
    head,
    change,

    async find(bucket, key, versionId) {
      try {
        return await head(bucket, key, versionId)
      } catch (error) {
        if (error instanceof ServiceError && absences.has(error.code)) return undefined
        throw error
      }
    },

    async put(bucket, request) {
      const { key, body, origin, event, signal } = request
      requireKey(key)
      requireLockable(bucket, request, clock.wallMs())
      const encryption = await encryptions.begin(bucket, key, request.encryption)
      const digester = createDigester(request.digests, otherEtag(encryption?.kept, deps.random))
      const describe: Describe = (current, sequencer) => {
        requireWritable(key, current, request)
        const digests = digester.finish()
        return recordFrom(request, { ...digests, sequencer, encryption: encryption?.kept })
      }
      const write = { key, event, origin, describe }
      const put = (id: ObjectId, options: PublicationOptions) =>
        store.put(id, body, {
          ...options,
          observe: digester.update,
          ...(signal && { signal }),
          ...(encryption && { key: encryption.dataKey }),
        })
      if (request.replicaOf) return replicaArrival.object(bucket, request.replicaOf, write, put)
      const id = { bucket: objectsOf(bucket), key }
      return publication.publish(bucket, write, (options) => put(id, options))
    },

    async open(bucket, key, { select, versionId, ...reader } = {}) {
      requireKey(key)
      requireVersionId(bucket, versionId)
      const wanted = { bucket, key, versionId, method: 'GET' as const }
      const opened = await location.atPlace(wanted, (place, requireSame) =>
        store.get(place, async (found) => {
          requireSame(recordOf(found))
          return {
            key: await keyOf(bucket, key, found, reader),
            range: select?.({ ...found, key }),
          }
        }),
      )
      return { ...opened, object: { ...opened.object, key } }
    },

    async localFile(bucket, key, reader = {}) {
      requireKey(key)
      const id = { bucket: objectsOf(bucket), key }
      const file = await store.localPath(id, (found) => keyOf(bucket, key, found, reader))
      if (!file) throw noSuchKey(key)
      return file
    },

    async remove(bucket, key, request) {
      requireKey(key)
      requireVersionId(bucket, request.versionId)
      return removeObject(bucket, key, request)
    },

    setTags(bucket, key, tags, request) {
      const tagged = (record: ObjectRecord) => withTags(record, tags)
      return change(bucket, key, { ...request, isReplicated: true, change: tagged })
    },
  }
}

function withTags({ tags: _before, ...rest }: ObjectRecord, tags: Tags): ObjectRecord {
  return { ...rest, ...(Object.keys(tags).length > 0 && { tags }) }
}

async function unlessAbsent<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'not-found') return undefined
    throw error
  }
}

/** Leaves out what is not said, so that rows stay small. */
export function recordFrom(
  { headers, metadata, tags, storageClass, retention, legalHold, ownerId, grants }: ObjectDetails,
  {
    encryption,
    ...rest
  }: Pick<ObjectRecord, 'etag' | 'sequencer' | 'checksum' | 'parts' | 'uploadId'> & {
    readonly encryption: ObjectEncryption | undefined
  },
): ObjectRecord {
  return {
    ...rest,
    ...(encryption && { encryption }),
    ...(headers && Object.keys(headers).length > 0 && { headers }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(tags && Object.keys(tags).length > 0 && { tags }),
    ...(storageClass && storageClass !== 'STANDARD' && { storageClass }),
    ...(retention && { retention }),
    ...(legalHold !== undefined && { legalHold }),
    ...(ownerId !== undefined && { ownerId }),
    ...(grants && { grants }),
  }
}

/** Undefined where the ETag is the MD5 of the bytes. */
export function otherEtag(
  encryption: ObjectEncryption | undefined,
  random: Random,
): string | undefined {
  return hasPlainEtag(encryption) ? undefined : random.bytes(16).toString('hex')
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
