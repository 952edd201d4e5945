import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'
import { tagSetOf } from '../wire-tags.ts'

export const getBucketTagging: S3Operation<'GetBucketTagging'> = {
  name: 'GetBucketTagging',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (Object.keys(bucket.tags).length > 0) return { TagSet: tagSetOf(bucket.tags) }
    throw notFound('NoSuchTagSet', 'The TagSet does not exist', { BucketName: bucket.name })
  },
}
