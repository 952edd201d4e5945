import type { S3Operation } from '../contract.ts'
import { originOf, requireNoVersion } from '../wire-object.ts'

export const deleteObjectTagging: S3Operation<'DeleteObjectTagging'> = {
  name: 'DeleteObjectTagging',
  async run({ buckets, objects }, input, context) {
    requireNoVersion(input.VersionId)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const event = 'ObjectTagging:Delete'
    await objects.setTags(bucket, input.Key, {}, { origin: originOf(context), event })
    return {}
  },
}
