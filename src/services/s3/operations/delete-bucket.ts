import type { S3Operation } from '../contract.ts'

export const deleteBucket: S3Operation<'DeleteBucket'> = {
  name: 'DeleteBucket',
  async run({ buckets }, input, { accountId }) {
    await buckets.remove(accountId, input.Bucket, input.ExpectedBucketOwner)
    return {}
  },
}
