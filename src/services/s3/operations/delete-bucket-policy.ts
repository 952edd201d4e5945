import type { S3Operation } from '../contract.ts'

/** No bucket has a policy yet; to have none is what is asked for. */
export const deleteBucketPolicy: S3Operation<'DeleteBucketPolicy'> = {
  name: 'DeleteBucketPolicy',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return {}
  },
}
