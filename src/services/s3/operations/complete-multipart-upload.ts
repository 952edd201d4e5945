import type { S3Operation } from '../contract.ts'
import { encryptionMembers, readerOf } from '../encryption/wire-encryption.ts'
import { checkWriteConditions } from '../objects/conditions.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import {
  checksumWithType,
  givenChecksum,
  originOf,
  unquoted,
  versionMember,
} from '../objects/wire-object.ts'
import { encodeUrlForm } from '../url-form.ts'

export const completeMultipartUpload: S3Operation<'CompleteMultipartUpload'> = {
  name: 'CompleteMultipartUpload',
  async run({ buckets, completeUpload, lifetimeMembers }, input, context) {
    const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch }
    checkWriteConditions(conditions)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await completeUpload(bucket, {
      ...conditions,
      key: input.Key,
      uploadId: input.UploadId,
      parts: (input.MultipartUpload?.Parts ?? []).map((part) => ({
        partNumber: part.PartNumber ?? 0,
        etag: unquoted(part.ETag),
        checksum: givenChecksum(part)?.value,
      })),
      checksum: givenChecksum(input),
      checksumType: input.ChecksumType,
      sizeBytes: input.MpuObjectSize,
      origin: originOf(context),
      ...readerOf(input, context),
    })
    const { etag, checksum, encryption } = recordOf(object)
    const { Expiration } = await lifetimeMembers(bucket, object)
    return {
      Location: `${context.endpoint}/${bucket.name}/${encodeUrlForm(input.Key)}`,
      Bucket: bucket.name,
      Key: input.Key,
      ETag: quoted(etag),
      ...versionMember(bucket, object),
      ...checksumWithType(checksum),
      ...encryptionMembers(encryption),
      ...(Expiration && { Expiration }),
    }
  },
}
