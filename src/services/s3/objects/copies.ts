import type { Readable } from 'node:stream'
import { ServiceError } from '../../../base/errors.ts'
import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'
import type { ByteRange, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { EncryptionWish, Reader } from '../encryption/object-encryption.ts'
import { hasPlainEtag } from '../encryption/object-encryption.ts'
import { OBJECT_PUT_BYTES_MAX } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import { invalidRequest } from '../s3-errors.ts'
import type { ReadConditions, WriteConditions } from './conditions.ts'
import { requireCopyable } from './conditions.ts'
import type { DigestPlan } from './digests.ts'
import type { ObjectRecord } from './object-record.ts'
import { recordOf } from './object-record.ts'
import type { ObjectDetails, Objects } from './objects.ts'
import { requireKey } from './objects.ts'
import { copyRangeOf } from './ranges.ts'

export interface CopySource extends Reader {
  readonly bucket: Bucket
  readonly key: string
  readonly versionId?: string | undefined
  readonly conditions: ReadConditions
}

export interface CopyRequest extends WriteConditions {
  readonly source: CopySource
  readonly target: { readonly bucket: Bucket; readonly key: string }
  /** What the copy gets instead of what the source has. */
  readonly replaced: ObjectDetails
  /** Never taken from the source. */
  readonly websiteRedirectLocation?: string | undefined
  readonly algorithm?: ChecksumAlgorithm | undefined
  readonly origin: Origin
  readonly signal?: AbortSignal | undefined
  readonly encryption?: EncryptionWish | undefined
}

/** The source of a copy, opened: its bytes, and the digests that need not be computed again. */
export interface OpenedSource {
  readonly object: StoredObject
  readonly record: ObjectRecord
  readonly body: Readable | Uint8Array
  readonly digests: DigestPlan
}

/**
 * Copies are made by reading the source to its end; a copy onto itself is one, too. An enciphered
 * source is deciphered on the way, and the copy gets a data key of its own.
 */
export function createCopies({ objects }: { readonly objects: Objects }) {
  async function open(
    { bucket, key, versionId, conditions, ...reader }: CopySource,
    algorithm: ChecksumAlgorithm | undefined,
    rangeHeader?: string,
  ): Promise<OpenedSource> {
    let range: ByteRange | undefined
    const select = (found: StoredObject) => {
      requireCopyable({ ...recordOf(found), modifiedMs: found.modifiedMs }, conditions)
      range = rangeHeader === undefined ? undefined : copyRangeOf(rangeHeader, found.sizeBytes)
      const sizeBytes = range ? range.last - range.first + 1 : found.sizeBytes
      if (sizeBytes > OBJECT_PUT_BYTES_MAX) throw sourceTooLarge()
      return range
    }
    const opening = objects.open(bucket, key, { select, versionId, ...reader })
    const { object, body } = await named(opening)
    const record = recordOf(object)
    const digests = range
      ? { algorithm: algorithm ?? 'CRC32' }
      : knownDigests(record, algorithm ?? record.checksum?.algorithm ?? 'CRC32')
    return { object, record, body, digests }
  }

  return {
    open,

    /** The copy, and the object that it was made of. */
    async copy(
      request: CopyRequest,
    ): Promise<{ readonly stored: StoredObject; readonly source: StoredObject }> {
      const { source, target, replaced, origin, ifMatch, ifNoneMatch, signal } = request
      requireKey(target.key)
      const { object, record, body, digests } = await open(source, request.algorithm)
      const { headers, metadata, tags, storageClass } = { ...record, ...defined(replaced) }
      const { websiteRedirectLocation: _ofSource, ...rest } = headers ?? {}
      const { websiteRedirectLocation } = request
      const stored = await objects.put(target.bucket, {
        key: target.key,
        body,
        digests,
        event: 'ObjectCreated:Copy',
        origin,
        headers: { ...rest, ...(websiteRedirectLocation && { websiteRedirectLocation }) },
        metadata,
        tags,
        storageClass,
        ifMatch,
        ifNoneMatch,
        signal,
        encryption: request.encryption,
        retention: replaced.retention,
        legalHold: replaced.legalHold,
        ownerId: replaced.ownerId,
        grants: replaced.grants,
      })
      return { stored, source: object }
    },
  }
}

export type Copies = ReturnType<typeof createCopies>

/** AWS: a delete marker as the source is told in other words here. */
async function named<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'MethodNotAllowed')) throw error
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    )
  }
}

function defined(details: ObjectDetails): ObjectDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
}

/** The MD5 of an object that was written in one, and a checksum over all of it, hold for its copy. */
function knownDigests(
  { etag, checksum, encryption }: ObjectRecord,
  algorithm: ChecksumAlgorithm,
): DigestPlan {
  const isMd5 = hasPlainEtag(encryption) && /^[0-9a-f]{32}$/.test(etag)
  const isWhole = checksum?.type === 'FULL_OBJECT' && checksum.algorithm === algorithm
  return {
    algorithm,
    ...(isWhole && { givenChecksum: () => checksum.value }),
    ...(isMd5 && { givenMd5: Buffer.from(etag, 'hex').toString('base64') }),
  }
}

function sourceTooLarge() {
  return invalidRequest(
    `The specified copy source is larger than the maximum allowable size for a copy source: ${OBJECT_PUT_BYTES_MAX}`,
  )
}
