import type { S3Operation } from '../contract.ts'
import { originOf } from '../objects/wire-object.ts'
import { malformedXml } from '../s3-errors.ts'

export const putObjectLegalHold: S3Operation<'PutObjectLegalHold'> = {
  name: 'PutObjectLegalHold',
  async run({ buckets, versionLocks }, input, context) {
    const status = input.LegalHold?.Status
    if (status === undefined) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    await versionLocks.setLegalHold(bucket, input.Key, status === 'ON', {
      versionId: input.VersionId,
      origin: originOf(context),
    })
    return {}
  },
}
