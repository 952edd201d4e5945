import type { S3Operation } from '../contract.ts'

/** No bucket is logged. */
export const getBucketLogging: S3Operation<'GetBucketLogging'> = {
  name: 'GetBucketLogging',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return {}
  },
}
