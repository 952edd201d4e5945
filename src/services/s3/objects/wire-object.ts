import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'
import { checksumAlgorithms } from '../../../engines/checksum/checksum.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import { trailingChecksums } from '../../../wire/body-digest.ts'
import type { Input } from '../../../wire/contract.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Sdk } from '../contract.ts'
import { METADATA_BYTES_MAX, OBJECT_PUT_BYTES_MAX, OBJECT_TAGS_MAX } from '../limits.ts'
import type { Origin } from '../notifications/event-record.ts'
import { replicationStatusOf } from '../replication/replication-rules.ts'
import { entityTooLarge, notSupported } from '../s3-errors.ts'
import { tagsFromHeader } from '../tags.ts'
import { versionIdOf } from '../versions/version-keys.ts'
import { lockMembers, lockOf } from '../versions/wire-lock.ts'
import type { DigestPlan } from './digests.ts'
import type { ContentHeaders, ObjectChecksum, ObjectRecord } from './object-record.ts'
import { canonicalIdOf, quoted, recordOf } from './object-record.ts'
import type { ObjectDetails } from './objects.ts'

type PutInput = Input<Sdk, 'PutObject'>
type ContentMembers = Pick<
  Partial<PutInput>,
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Expires'
  | 'WebsiteRedirectLocation'
>
type DetailMembers = ContentMembers &
  Pick<
    Partial<PutInput>,
    | 'Metadata'
    | 'ObjectLockLegalHoldStatus'
    | 'ObjectLockMode'
    | 'ObjectLockRetainUntilDate'
    | 'StorageClass'
    | 'Tagging'
  >

/** Members of requests that write objects and ask for what this build does not do. */
export const unservedOnWrite = [
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
] as const

/** Those of the others need hardware of AWS's that is not here. */
const servedClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
])

export function originOf({
  callerArn,
  accountId,
  sourceAddress,
  requestId,
}: RequestContext): Origin {
  const name = callerArn.slice(callerArn.lastIndexOf('/') + 1)
  // AWS: the caller, who is not the account in whose name the operation runs when he is let in from outside.
  const caller = callerArn.split(':')[4] ?? accountId
  const principalId = callerArn.endsWith(':root') ? `AWS:${caller}` : `AWS:${name || 'Anonymous'}`
  return { principalId, sourceAddress, requestId }
}

export function detailsOf(input: DetailMembers): ObjectDetails {
  requireServedClass(input.StorageClass)
  return {
    headers: contentHeadersOf(input),
    metadata: checkedMetadata(input.Metadata),
    tags: input.Tagging === undefined ? undefined : tagsFromHeader(input.Tagging, OBJECT_TAGS_MAX),
    storageClass: input.StorageClass,
    ...lockOf(input),
  }
}

export function requireServedClass(storageClass: string | undefined): void {
  if (!storageClass || servedClasses.has(storageClass)) return
  throw notSupported(`Storage class ${storageClass}`)
}

function contentHeadersOf(input: ContentMembers): ContentHeaders {
  const { ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = input
  return {
    ...(ContentType && { contentType: ContentType }),
    ...(CacheControl && { cacheControl: CacheControl }),
    ...(ContentDisposition && { contentDisposition: ContentDisposition }),
    ...(ContentEncoding && { contentEncoding: ContentEncoding }),
    ...(ContentLanguage && { contentLanguage: ContentLanguage }),
    ...(input.Expires && { expiresMs: input.Expires.getTime() }),
    ...(input.WebsiteRedirectLocation && {
      websiteRedirectLocation: input.WebsiteRedirectLocation,
    }),
  }
}

function checkedMetadata(metadata: Readonly<Record<string, string>> | undefined) {
  let sizeBytes = 0
  for (const [name, value] of Object.entries(metadata ?? {})) {
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  if (sizeBytes <= METADATA_BYTES_MAX) return metadata
  throw new ServiceError(
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
    { fields: { Size: sizeBytes, MaxSizeAllowed: METADATA_BYTES_MAX } },
  )
}

type ChecksumMember = `Checksum${ChecksumAlgorithm}`
type ChecksumMembers = { readonly [Member in ChecksumMember]?: string | undefined }

/** The checksum that a request names, of the algorithms that this build computes. */
export function givenChecksum(
  input: ChecksumMembers,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  for (const algorithm of checksumAlgorithms) {
    const value = input[`Checksum${algorithm}`]
    if (value !== undefined) return { algorithm, value }
  }
  return undefined
}

/** What of the body's digests the server compares anyway, and which is left to compute. */
export function digestPlanOf(
  input: ChecksumMembers & Pick<Partial<PutInput>, 'Body' | 'ContentMD5'>,
  { headers }: RequestContext,
  otherwise: ChecksumAlgorithm,
): DigestPlan {
  const givenMd5 = input.ContentMD5
  const given = givenChecksum(input)
  if (given) return { algorithm: given.algorithm, givenChecksum: () => given.value, givenMd5 }
  const trailer = (headers['x-amz-trailer'] ?? '').toLowerCase()
  const algorithm = checksumAlgorithms.find((name) =>
    trailer.split(',').some((one) => one.trim() === `x-amz-checksum-${name.toLowerCase()}`),
  )
  const body = input.Body
  if (!algorithm || !body) return { algorithm: otherwise, givenMd5 }
  return { algorithm, givenChecksum: () => trailingChecksums(body)[algorithm], givenMd5 }
}

export function requireBodySize(contentLength: number | undefined): void {
  if (contentLength !== undefined && contentLength > OBJECT_PUT_BYTES_MAX) {
    throw entityTooLarge(contentLength, OBJECT_PUT_BYTES_MAX)
  }
}

export function algorithmOf(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((one) => one === name.toUpperCase())
  if (found) return found
  throw notSupported(`Checksum algorithm ${name}`)
}

export function checksumMembers(
  checksum: Pick<ObjectChecksum, 'algorithm' | 'value'> | undefined,
): { [Member in ChecksumMember]?: string } {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}
}

export function checksumWithType(checksum: ObjectChecksum | undefined) {
  return checksum ? { ...checksumMembers(checksum), ChecksumType: checksum.type } : {}
}

/** What GetObject and HeadObject say of an object. */
export function objectMembers(object: StoredObject) {
  const record = recordOf(object)
  const { etag, headers = {}, metadata, tags, storageClass } = record
  const { expiresMs } = headers
  return {
    AcceptRanges: 'bytes',
    LastModified: dateOf(object.modifiedMs),
    ETag: quoted(etag),
    // AWS: what was put without a type has this one.
    ContentType: headers.contentType ?? 'binary/octet-stream',
    ...(headers.cacheControl && { CacheControl: headers.cacheControl }),
    ...(headers.contentDisposition && { ContentDisposition: headers.contentDisposition }),
    ...(headers.contentEncoding && { ContentEncoding: headers.contentEncoding }),
    ...(headers.contentLanguage && { ContentLanguage: headers.contentLanguage }),
    ...(expiresMs !== undefined && { Expires: dateOf(expiresMs) }),
    ...(headers.websiteRedirectLocation && {
      WebsiteRedirectLocation: headers.websiteRedirectLocation,
    }),
    ...(metadata && { Metadata: { ...metadata } }),
    ...(tags && { TagCount: Object.keys(tags).length }),
    ...storageClassMember(storageClass),
    ...lockMembers(record),
    ...replicationMember(record),
  }
}

/** AWS: STANDARD is not named in a header. */
function storageClassMember(storageClass: string | undefined) {
  return storageClass && storageClass !== 'STANDARD'
    ? { StorageClass: storageClass as NonNullable<PutInput['StorageClass']> }
    : {}
}

function replicationMember(record: ObjectRecord) {
  const status = replicationStatusOf(record)
  return status ? { ReplicationStatus: status } : {}
}

export function ownerOf(accountId: string) {
  return { ID: canonicalIdOf(accountId) }
}

/** AWS: in a bucket that never had versions, none is named. */
export function versionMember(
  { versioning }: Pick<Bucket, 'versioning'>,
  object: Pick<StoredObject, 'attributes'>,
) {
  return versioning ? { VersionId: versionIdOf(recordOf(object)) } : {}
}

export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//, '').replace(/^"|"$/g, '')
}
