import type { S3Operation } from '../contract.ts'

export const deleteBucketLifecycle: S3Operation<'DeleteBucketLifecycle'> = {
  name: 'DeleteBucketLifecycle',
  async run({ buckets, lifecycles }, input, { accountId }) {
    await lifecycles.remove(await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner))
    return {}
  },
}
