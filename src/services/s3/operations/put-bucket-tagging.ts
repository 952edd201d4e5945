import type { Bucket } from '../buckets/bucket.ts'
import type { S3Operation } from '../contract.ts'
import { BUCKET_TAGS_MAX } from '../limits.ts'
import { tagsFromSet } from '../wire-tags.ts'

export const putBucketTagging: S3Operation<'PutBucketTagging'> = {
  name: 'PutBucketTagging',
  async run({ buckets }, input, { accountId }) {
    const tags = tagsFromSet(input.Tagging.TagSet, BUCKET_TAGS_MAX)
    const change = (bucket: Bucket) => ({ ...bucket, tags })
    await buckets.change(accountId, input.Bucket, change, input.ExpectedBucketOwner)
    return {}
  },
}
