import { dateOf } from '../../../base/clock.ts'
import type { S3Operation } from '../contract.ts'
import { encryptionMembers, readerOf, sourceReaderOf } from '../encryption/wire-encryption.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import { requirePartNumber } from '../objects/ranges.ts'
import { parseCopySource, sourceConditions } from '../objects/wire-copy.ts'
import { checksumMembers } from '../objects/wire-object.ts'
import { versionIdOf } from '../versions/version-keys.ts'

export const uploadPartCopy: S3Operation<'UploadPartCopy'> = {
  name: 'UploadPartCopy',
  async run({ buckets, uploads, copies }, input, context) {
    const { accountId, signal } = context
    requirePartNumber(input.PartNumber)
    const source = parseCopySource(input.CopySource)
    const reader = readerOf(input, context)
    const sourceReader = sourceReaderOf(input, context)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const upload = await uploads.find(bucket, input.Key, input.UploadId)
    const { algorithm, isChosen, encryption } = upload.record
    const from = await buckets.findAnywhere(source.bucket, input.ExpectedSourceBucketOwner)
    const { object, body, digests } = await copies.open(
      {
        bucket: from,
        key: source.key,
        versionId: source.versionId,
        conditions: sourceConditions(input),
        ...sourceReader,
      },
      algorithm,
      input.CopySourceRange,
    )
    const { etag, checksum, modifiedMs } = await uploads.putPart(bucket, upload, {
      partNumber: input.PartNumber,
      body,
      digests,
      signal,
      ...reader,
    })
    return {
      ...(from.versioning && { CopySourceVersionId: versionIdOf(recordOf(object)) }),
      ...encryptionMembers(encryption, reader),
      CopyPartResult: {
        ETag: quoted(etag),
        LastModified: dateOf(modifiedMs),
        ...(isChosen && checksumMembers({ algorithm, value: checksum })),
      },
    }
  },
}
