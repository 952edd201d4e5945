import type { S3Operation } from '../contract.ts'

/** The owner pays, as on AWS by default. */
export const getBucketRequestPayment: S3Operation<'GetBucketRequestPayment'> = {
  name: 'GetBucketRequestPayment',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return { Payer: 'BucketOwner' }
  },
}
