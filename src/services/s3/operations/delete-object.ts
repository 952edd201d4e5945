import type { S3Operation } from '../contract.ts'
import { originOf } from '../objects/wire-object.ts'
import { removalMembers } from '../objects/wire-removal.ts'
import { requireBypassable } from '../versions/wire-lock.ts'

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
