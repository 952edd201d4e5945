import type { StorageClass } from '@aws-sdk/client-s3'
import { dateOf } from '../../../base/clock.ts'
import { ownerIdOf } from '../access/acl.ts'
import type { S3Operation } from '../contract.ts'
import { readerOf } from '../encryption/wire-encryption.ts'
import { PART_COUNT_MAX } from '../limits.ts'
import { quoted } from '../objects/object-record.ts'
import { limitOf } from '../objects/wire-listing.ts'
import { checksumMembers } from '../objects/wire-object.ts'
import { invalidArgument } from '../s3-errors.ts'

export const listParts: S3Operation<'ListParts'> = {
  name: 'ListParts',
  async run({ buckets, uploads, encryptions }, input, context) {
    const { accountId } = context
    const reader = readerOf(input, context)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const upload = await uploads.find(bucket, input.Key, input.UploadId)
    // AWS: the key may be left out, but must not be another one.
    if (reader.customerKey) {
      await encryptions.keyOfUpload(bucket, input.Key, upload.record.encryption, reader)
    }
    const limit = limitOf(input.MaxParts, 'max-parts')
    const after = Number(input.PartNumberMarker ?? 0)
    if (!Number.isInteger(after) || after < 0) {
      throw invalidArgument(
        'Argument part-number-marker must be an integer between 0 and 2147483647',
        'part-number-marker',
        input.PartNumberMarker,
      )
    }
    const page =
      limit === 0
        ? { parts: [], truncated: false }
        : await uploads.listParts(bucket, upload, Math.min(after, PART_COUNT_MAX), limit)
    const { algorithm, type, isChosen, storageClass = 'STANDARD' } = upload.record
    const owner = { ID: ownerIdOf(bucket, upload.record) }
    return {
      Bucket: bucket.name,
      Key: input.Key,
      UploadId: input.UploadId,
      PartNumberMarker: String(after),
      NextPartNumberMarker: String(page.parts.at(-1)?.partNumber ?? 0),
      MaxParts: limit,
      IsTruncated: page.truncated,
      Initiator: owner,
      Owner: owner,
      StorageClass: storageClass as StorageClass,
      ...(isChosen && { ChecksumAlgorithm: algorithm, ChecksumType: type }),
      Parts: page.parts.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: dateOf(part.modifiedMs),
        ETag: quoted(part.etag),
        Size: part.sizeBytes,
        ...(isChosen && checksumMembers({ algorithm, value: part.checksum })),
      })),
    }
  },
}
