import type { S3Operation } from '../contract.ts'
import { OBJECT_TAGS_MAX } from '../limits.ts'
import { originOf, requireNoVersion } from '../wire-object.ts'
import { tagsFromSet } from '../wire-tags.ts'

export const putObjectTagging: S3Operation<'PutObjectTagging'> = {
  name: 'PutObjectTagging',
  async run({ buckets, objects }, input, context) {
    requireNoVersion(input.VersionId)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const tags = tagsFromSet(input.Tagging.TagSet, OBJECT_TAGS_MAX)
    const event = 'ObjectTagging:Put'
    await objects.setTags(bucket, input.Key, tags, { origin: originOf(context), event })
    return {}
  },
}
