import type { S3Operation } from '../contract.ts'
import { originOf, versionMember } from '../objects/wire-object.ts'

export const deleteObjectTagging: S3Operation<'DeleteObjectTagging'> = {
  name: 'DeleteObjectTagging',
  async run({ buckets, objects }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const event = 'ObjectTagging:Delete'
    const stored = await objects.setTags(
      bucket,
      input.Key,
      {},
      {
        origin: originOf(context),
        event,
        versionId: input.VersionId,
      },
    )
    return versionMember(bucket, stored)
  },
}
