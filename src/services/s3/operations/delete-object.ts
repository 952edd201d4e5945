import type { S3Operation } from '../contract.ts'
import { requireBypassable } from '../wire-lock.ts'
import { originOf } from '../wire-object.ts'
import { removalMembers } from '../wire-removal.ts'

export const deleteObject: S3Operation<'DeleteObject'> = {
  name: 'DeleteObject',
  refuses: ['MFA'],
  async run({ buckets, objects }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    requireBypassable(bucket, input.BypassGovernanceRetention)
    const removal = await objects.remove(bucket, input.Key, {
      origin: originOf(context),
      versionId: input.VersionId,
      bypassesGovernance: input.BypassGovernanceRetention === true,
      conditions: {
        ifMatch: input.IfMatch,
        ifModifiedMs: input.IfMatchLastModifiedTime?.getTime(),
        ifSizeBytes: input.IfMatchSize,
      },
    })
    return removalMembers(removal)
  },
}
