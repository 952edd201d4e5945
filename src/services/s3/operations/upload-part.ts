import type { S3Operation } from '../contract.ts'
import { encryptionMembers, readerOf } from '../encryption/wire-encryption.ts'
import { quoted } from '../objects/object-record.ts'
import { requirePartNumber } from '../objects/ranges.ts'
import { checksumMismatch } from '../objects/upload-completion.ts'
import { checksumMembers, digestPlanOf, requireBodySize } from '../objects/wire-object.ts'

export const uploadPart: S3Operation<'UploadPart'> = {
  name: 'UploadPart',
  async run({ buckets, uploads }, input, context) {
    requirePartNumber(input.PartNumber)
    requireBodySize(input.ContentLength)
    const reader = readerOf(input, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const upload = await uploads.find(bucket, input.Key, input.UploadId)
    const { algorithm, isChosen, encryption } = upload.record
    const digests = digestPlanOf(input, context, algorithm)
    if (digests.algorithm !== algorithm && isChosen) {
      throw checksumMismatch(algorithm, digests.algorithm)
    }
    // AWS: an upload that names no algorithm takes parts with any; here theirs are only compared.
    const isOther = digests.algorithm !== algorithm
    const part = await uploads.putPart(bucket, upload, {
      partNumber: input.PartNumber,
      body: input.Body ?? new Uint8Array(0),
      digests: isOther ? { algorithm, givenMd5: input.ContentMD5 } : digests,
      ...reader,
    })
    return {
      ETag: quoted(part.etag),
      ...encryptionMembers(encryption, reader),
      ...(!isOther && checksumMembers({ algorithm, value: part.checksum })),
    }
  },
}
