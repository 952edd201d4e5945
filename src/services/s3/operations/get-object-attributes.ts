import type { StorageClass } from '@aws-sdk/client-s3'
import { dateOf } from '../../../base/clock.ts'
import { checksumSizes } from '../../../engines/checksum/checksum.ts'
import type { Input } from '../../../wire/contract.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { readerOf } from '../encryption/wire-encryption.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { partCountOf, partSpan, recordOf } from '../objects/object-record.ts'
import { limitOf } from '../objects/wire-listing.ts'
import { checksumMembers, checksumWithType, versionMember } from '../objects/wire-object.ts'

export const getObjectAttributes: S3Operation<'GetObjectAttributes'> = {
  name: 'GetObjectAttributes',
  async run({ buckets, objects, encryptions }, input, context) {
    const reader = readerOf(input, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await objects.head(bucket, input.Key, input.VersionId)
    const record = recordOf(object)
    await encryptions.requireCustomerKey(bucket, input.Key, record.encryption, reader)
    const wanted = new Set<string>(input.ObjectAttributes)
    return {
      LastModified: dateOf(object.modifiedMs),
      ...versionMember(bucket, object),
      // AWS: without quotes, here only.
      ...(wanted.has('ETag') && { ETag: record.etag }),
      ...(wanted.has('Checksum') &&
        record.checksum && { Checksum: checksumWithType(record.checksum) }),
      ...(wanted.has('ObjectParts') && record.parts && { ObjectParts: partsMember(record, input) }),
      ...(wanted.has('StorageClass') && {
        StorageClass: (record.storageClass ?? 'STANDARD') as StorageClass,
      }),
      ...(wanted.has('ObjectSize') && { ObjectSize: object.sizeBytes }),
    }
  },
}

// AWS: the parts themselves are listed only for an object with checksums of its parts.
function partsMember(
  { parts = { runs: [] }, checksum }: ObjectRecord,
  input: Input<Sdk, 'GetObjectAttributes'>,
) {
  const count = partCountOf(parts)
  if (!parts.checksums || !checksum) return { TotalPartsCount: count }
  const { algorithm } = checksum
  const limit = limitOf(input.MaxParts, 'x-amz-max-parts')
  const after = Number(input.PartNumberMarker ?? 0)
  const last = Math.min(after + limit, count)
  const size = checksumSizes[algorithm]
  const digests = Buffer.from(parts.checksums, 'base64')
  return {
    TotalPartsCount: count,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(last),
    MaxParts: limit,
    IsTruncated: last < count,
    Parts: Array.from({ length: Math.max(last - after, 0) }, (_, index) => {
      const number = after + index + 1
      const digest = digests.subarray((number - 1) * size, number * size)
      return {
        PartNumber: number,
        Size: partSpan(parts, number)?.sizeBytes ?? 0,
        ...checksumMembers({ algorithm, value: digest.toString('base64') }),
      }
    }),
  }
}
