import type { S3Operation } from '../contract.ts'

export const getBucketRequestPayment: S3Operation<'GetBucketRequestPayment'> = {
  name: 'GetBucketRequestPayment',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return { Payer: bucket.requesterPays ? 'Requester' : 'BucketOwner' }
  },
}
