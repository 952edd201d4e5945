import type { Bucket } from '../buckets/bucket.ts'
import type { S3Operation } from '../contract.ts'

export const deleteBucketTagging: S3Operation<'DeleteBucketTagging'> = {
  name: 'DeleteBucketTagging',
  async run({ buckets }, input, { accountId }) {
    const change = (bucket: Bucket) => ({ ...bucket, tags: {} })
    await buckets.change(accountId, input.Bucket, change, input.ExpectedBucketOwner)
    return {}
  },
}
