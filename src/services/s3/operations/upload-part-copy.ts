import { dateOf } from '../../../base/clock.ts'
import type { S3Operation } from '../contract.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import { requirePartNumber } from '../objects/ranges.ts'
import { parseCopySource, sourceConditions } from '../objects/wire-copy.ts'
import { checksumMembers, unservedOnRead } from '../objects/wire-object.ts'
import { versionIdOf } from '../versions/version-keys.ts'

export const uploadPartCopy: S3Operation<'UploadPartCopy'> = {
  name: 'UploadPartCopy',
  refuses: [
    ...unservedOnRead,
    'CopySourceSSECustomerAlgorithm',
    'CopySourceSSECustomerKey',
    'CopySourceSSECustomerKeyMD5',
  ],
  async run({ buckets, uploads, copies }, input, { accountId, signal }) {
    requirePartNumber(input.PartNumber)
    const source = parseCopySource(input.CopySource)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const upload = await uploads.find(bucket, input.Key, input.UploadId)
    const { algorithm, isChosen } = upload.record
    const from = await buckets.findAnywhere(source.bucket, input.ExpectedSourceBucketOwner)
    const { object, body, digests } = await copies.open(
      {
        bucket: from,
        key: source.key,
        versionId: source.versionId,
        conditions: sourceConditions(input),
      },
      algorithm,
      input.CopySourceRange,
    )
    const { etag, checksum, modifiedMs } = await uploads.putPart(bucket, upload, {
      partNumber: input.PartNumber,
      body,
      digests,
      signal,
    })
    return {
      ...(from.versioning && { CopySourceVersionId: versionIdOf(recordOf(object)) }),
      CopyPartResult: {
        ETag: quoted(etag),
        LastModified: dateOf(modifiedMs),
        ...(isChosen && checksumMembers({ algorithm, value: checksum })),
      },
    }
  },
}
