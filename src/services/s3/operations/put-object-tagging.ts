import type { S3Operation } from '../contract.ts'
import { OBJECT_TAGS_MAX } from '../limits.ts'
import { originOf, versionMember } from '../objects/wire-object.ts'
import { tagsFromSet } from '../wire-tags.ts'

export const putObjectTagging: S3Operation<'PutObjectTagging'> = {
  name: 'PutObjectTagging',
  async run({ buckets, objects }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const tags = tagsFromSet(input.Tagging.TagSet, OBJECT_TAGS_MAX)
    const event = 'ObjectTagging:Put'
    const stored = await objects.setTags(bucket, input.Key, tags, {
      origin: originOf(context),
      event,
      versionId: input.VersionId,
    })
    return versionMember(bucket, stored)
  },
}
