import { createHash } from 'node:crypto'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import { createChecksum } from '../../../engines/checksum/checksum.ts'
import type { ObjectStore, StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { objectsOf, partsOf } from '../buckets/bucket.ts'
import type { Encryptions } from '../encryption/encryptions.ts'
import type { Reader } from '../encryption/object-encryption.ts'
import { OBJECT_BYTES_MAX, PART_BYTES_MIN } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import {
  badDigest,
  entityTooLarge,
  invalidRequest,
  noSuchUpload,
  operationAborted,
} from '../s3-errors.ts'
import type { WriteConditions } from './conditions.ts'
import { requireWritable } from './conditions.ts'
import { combineCrcs, isCrc } from './crc-combine.ts'
import type { ObjectPublication } from './object-publication.ts'
import type { ObjectChecksum } from './object-record.ts'
import { recordOf, runsOf } from './object-record.ts'
import type { Objects } from './objects.ts'
import { recordFrom } from './objects.ts'
import type { Part, Upload, UploadRecord } from './upload-record.ts'
import { partKey } from './upload-record.ts'
import type { Uploads } from './uploads.ts'

export interface CompleteRequest extends WriteConditions, Reader {
  readonly key: string
  readonly uploadId: string
  readonly parts: ReadonlyArray<NamedPart>
  readonly checksum?: { readonly value: string; readonly algorithm: string } | undefined
  readonly checksumType?: string | undefined
  readonly sizeBytes?: number | undefined
  readonly origin: Origin
}

/** A part as the completing caller names it. */
export interface NamedPart {
  readonly partNumber: number
  /** Without quotes. */
  readonly etag: string
  readonly checksum?: string | undefined
}

/** Makes one object of the parts. Costs what the parts count: no byte is read or copied. */
export function createUploadCompletion(deps: {
  readonly store: ObjectStore
  readonly uploads: Uploads
  readonly objects: Objects
  readonly publication: ObjectPublication
  readonly encryptions: Encryptions
}) {
  const { store, uploads, objects, publication, encryptions } = deps

  async function compose(
    bucket: Bucket,
    request: CompleteRequest,
    upload: Upload,
    parts: ReadonlyArray<Part>,
  ): Promise<StoredObject> {
    const { key, uploadId, origin } = request
    const { record } = upload
    const etag = etagOf(parts)
    const checksum = checksumOf(record, parts)
    checkChecksum(request, checksum)
    const isComposite = record.type === 'COMPOSITE'
    const digests = Buffer.concat(parts.map((part) => Buffer.from(part.checksum, 'base64')))
    const sizes = {
      runs: runsOf(parts.map(({ sizeBytes }) => sizeBytes)),
      ...(isComposite && { checksums: digests.toString('base64') }),
    }
    const ids = parts.map(({ partNumber, revision }) => ({
      bucket: partsOf(bucket),
      key: partKey(uploadId, partNumber),
      revision,
    }))
    const write = {
      key,
      origin,
      event: 'ObjectCreated:CompleteMultipartUpload' as const,
      describe: (current: { readonly etag: string } | undefined, sequencer: string) => {
        requireWritable(key, current, request)
        const { encryption } = record
        return recordFrom(record, { etag, sequencer, checksum, parts: sizes, uploadId, encryption })
      },
    }
    try {
      return await publication.publish(bucket, write, (options) =>
        store.compose({ bucket: objectsOf(bucket), key }, ids, options),
      )
    } catch (error) {
      // A part was replaced, or another completion was faster.
      const changed = error instanceof EngineError && ['not-found', 'conflict'].includes(error.kind)
      throw changed ? operationAborted() : error
    }
  }

  async function findUpload(bucket: Bucket, request: CompleteRequest) {
    try {
      return await uploads.find(bucket, request.key, request.uploadId)
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'NoSuchUpload') return undefined
      throw error
    }
  }

  return async (bucket: Bucket, request: CompleteRequest): Promise<StoredObject> => {
    const upload = await findUpload(bucket, request)
    const there = await objects.find(bucket, request.key)
    // AWS: to complete an upload again is a success. Here also after a crash right behind the
    // publication, which left the upload's entry.
    if (there && recordOf(there).uploadId === request.uploadId) {
      if (upload) await uploads.discard(bucket, upload)
      return there
    }
    if (!upload) throw noSuchUpload(request.uploadId)
    const { encryption } = upload.record
    // AWS: a key of the caller may be left out here, but must not be another one.
    if (request.customerKey) {
      await encryptions.keyOfUpload(bucket, request.key, encryption, request)
    }
    const parts = selectParts(request, upload.record, await uploads.allParts(bucket, upload))
    checkSizes(request, parts)
    const object = await compose(bucket, request, upload, parts)
    await uploads.discard(bucket, upload)
    return object
  }
}

export type CompleteUpload = ReturnType<typeof createUploadCompletion>

function selectParts(
  { parts, uploadId }: CompleteRequest,
  record: UploadRecord,
  there: ReadonlyMap<number, Part>,
): ReadonlyArray<Part> {
  if (parts.length === 0) throw invalidRequest('You must specify at least one part')
  let before = 0
  return parts.map(({ partNumber, etag, checksum }) => {
    if (partNumber <= before) throw invalidPartOrder(uploadId)
    before = partNumber
    const part = there.get(partNumber)
    if (!part || part.etag !== etag) throw invalidPart(uploadId, partNumber, etag)
    const algorithm = record.algorithm.toLowerCase()
    if (checksum === undefined) {
      if (!record.isChosen || record.type !== 'COMPOSITE') return part
      throw invalidRequest(
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
      )
    }
    if (checksum !== part.checksum) {
      throw new ServiceError(
        'BadDigest',
        `The ${algorithm} you specified for part ${partNumber} did not match what we received.`,
      )
    }
    return part
  })
}

function checkSizes({ sizeBytes }: CompleteRequest, parts: ReadonlyArray<Part>): void {
  for (const part of parts.slice(0, -1)) {
    if (part.sizeBytes < PART_BYTES_MIN) throw entityTooSmall(part)
  }
  const sum = parts.reduce((total, part) => total + part.sizeBytes, 0)
  if (sum > OBJECT_BYTES_MAX) throw entityTooLarge(sum, OBJECT_BYTES_MAX)
  if (sizeBytes !== undefined && sizeBytes !== sum) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${sizeBytes} does not match what was computed: ${sum}`,
    )
  }
}

/** MD5 of the MD5s of the parts, and how many there are. */
function etagOf(parts: ReadonlyArray<Part>): string {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
function checksumOf(record: UploadRecord, parts: ReadonlyArray<Part>): ObjectChecksum {
  const { algorithm, type } = record
  const digests = parts.map(({ checksum, sizeBytes }) => ({
    digest: Buffer.from(checksum, 'base64'),
    sizeBytes,
  }))
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    return { algorithm, type, value: combineCrcs(algorithm, digests).toString('base64') }
  }
  const whole = createChecksum(algorithm)
  for (const { digest } of digests) whole.update(digest)
  const value = `${whole.digest().toString('base64')}-${parts.length}`
  return { algorithm, type: 'COMPOSITE', value }
}

function checkChecksum(
  { checksum: given, checksumType }: CompleteRequest,
  { algorithm, type, value }: ObjectChecksum,
): void {
  if (checksumType !== undefined && checksumType !== type) {
    throw invalidRequest(
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    )
  }
  if (!given) return
  if (given.algorithm !== algorithm) throw checksumMismatch(algorithm, given.algorithm)
  // AWS: a composite checksum may be given with or without the count of parts.
  if (given.value !== value && given.value !== value.replace(/-\d+$/, ''))
    throw badDigest(algorithm)
}

export function checksumMismatch(expected: string, actual: string): ServiceError {
  return invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${actual.toLowerCase()}`,
  )
}

function invalidPart(uploadId: string, partNumber: number, etag: string): ServiceError {
  // AWS: two spaces behind the first sentence.
  return new ServiceError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: uploadId, PartNumber: partNumber, ETag: etag } },
  )
}

function invalidPartOrder(uploadId: string): ServiceError {
  return new ServiceError(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    { fields: { UploadId: uploadId } },
  )
}

function entityTooSmall({ etag, partNumber, sizeBytes }: Part): ServiceError {
  return new ServiceError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      fields: {
        ETag: etag,
        MinSizeAllowed: PART_BYTES_MIN,
        PartNumber: partNumber,
        ProposedSize: sizeBytes,
      },
    },
  )
}
