import { checksumSizes } from '../../../engines/checksum/checksum.ts'
import type { ByteRange, StoredObject } from '../../../engines/objects/port.ts'
import type { Input } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { requireReadable } from './conditions.ts'
import type { ObjectChecksum } from './object-record.ts'
import { partCountOf, recordOf } from './object-record.ts'
import { partRangeOf, rangeOf, requireOneSelection } from './ranges.ts'
import { checksumWithType, objectMembers } from './wire-object.ts'

type ReadInput = Omit<Input<Sdk, 'GetObject'>, 'Bucket' | 'Key'>

/** What a GET or HEAD is about: the object, and the bytes of it when not all are wanted. */
export interface Selection {
  readonly object: StoredObject
  readonly range: ByteRange | undefined
}

/** Checks the request against itself, before the object is looked for. */
export function checkRead({ Range, PartNumber }: ReadInput): void {
  requireOneSelection(Range, PartNumber)
}

/** Checks the conditions and finds the bytes; throws what S3 answers instead of the object. */
export function selectRange(object: StoredObject, input: ReadInput): ByteRange | undefined {
  const record = recordOf(object)
  requireReadable(
    { etag: record.etag, modifiedMs: object.modifiedMs },
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSinceMs: input.IfModifiedSince?.getTime(),
      ifUnmodifiedSinceMs: input.IfUnmodifiedSince?.getTime(),
    },
  )
  return input.PartNumber === undefined
    ? rangeOf(input.Range, object.sizeBytes)
    : partRangeOf(record, object.sizeBytes, input.PartNumber)
}

/** The head of the answer. */
export function readMembers({ object, range }: Selection, input: ReadInput) {
  const { first, last } = range ?? { first: 0, last: object.sizeBytes - 1 }
  const { parts } = recordOf(object)
  const isPart = input.PartNumber !== undefined
  return {
    ...objectMembers(object),
    ContentLength: last - first + 1,
    ...(range && { ContentRange: `bytes ${first}-${last}/${object.sizeBytes}` }),
    ...(isPart && parts && { PartsCount: partCountOf(parts) }),
    ...(input.ChecksumMode === 'ENABLED' && checksumWithType(checksumFor(object, range, input))),
    ...overrides(input),
  }
}

/** A checksum is only of use with the bytes that it is of: all of them, or those of one part. */
function checksumFor(
  object: StoredObject,
  range: ByteRange | undefined,
  { PartNumber }: ReadInput,
): ObjectChecksum | undefined {
  const { checksum, parts } = recordOf(object)
  if (!checksum) return undefined
  if (PartNumber !== undefined && parts) {
    if (!parts.checksums) return undefined
    const size = checksumSizes[checksum.algorithm]
    const digests = Buffer.from(parts.checksums, 'base64')
    const digest = digests.subarray((PartNumber - 1) * size, PartNumber * size)
    return { ...checksum, value: digest.toString('base64') }
  }
  const isWhole = !range || range.last - range.first + 1 === object.sizeBytes
  return isWhole ? checksum : undefined
}

function overrides(input: ReadInput) {
  const { ResponseContentType, ResponseContentLanguage, ResponseExpires } = input
  const { ResponseCacheControl, ResponseContentDisposition, ResponseContentEncoding } = input
  return {
    ...(ResponseContentType && { ContentType: ResponseContentType }),
    ...(ResponseContentLanguage && { ContentLanguage: ResponseContentLanguage }),
    ...(ResponseExpires && { Expires: ResponseExpires }),
    ...(ResponseCacheControl && { CacheControl: ResponseCacheControl }),
    ...(ResponseContentDisposition && { ContentDisposition: ResponseContentDisposition }),
    ...(ResponseContentEncoding && { ContentEncoding: ResponseContentEncoding }),
  }
}
