import type { S3Operation } from '../contract.ts'
import { originOf, requireNoVersion } from '../wire-object.ts'

export const deleteObject: S3Operation<'DeleteObject'> = {
  name: 'DeleteObject',
  refuses: ['MFA', 'BypassGovernanceRetention', 'IfMatchLastModifiedTime', 'IfMatchSize'],
  async run({ buckets, objects }, input, context) {
    requireNoVersion(input.VersionId)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    await objects.remove(bucket, input.Key, { origin: originOf(context), ifMatch: input.IfMatch })
    return {}
  },
}
