import type { S3Operation } from '../contract.ts'
import { originOf } from '../objects/wire-object.ts'
import { requireBypassable, retentionOf } from '../versions/wire-lock.ts'

export const putObjectRetention: S3Operation<'PutObjectRetention'> = {
  name: 'PutObjectRetention',
  async run({ buckets, versionLocks }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    requireBypassable(bucket, input.BypassGovernanceRetention)
    await versionLocks.setRetention(bucket, input.Key, retentionOf(input.Retention), {
      versionId: input.VersionId,
      bypassesGovernance: input.BypassGovernanceRetention === true,
      origin: originOf(context),
    })
    return {}
  },
}
