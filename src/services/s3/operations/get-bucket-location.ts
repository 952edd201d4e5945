import type { BucketLocationConstraint } from '@aws-sdk/client-s3'
import type { S3Operation } from '../contract.ts'

export const getBucketLocation: S3Operation<'GetBucketLocation'> = {
  name: 'GetBucketLocation',
  async run({ buckets }, input, { accountId }) {
    const { region } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    // AWS: a bucket of us-east-1 has no location constraint.
    if (region === 'us-east-1') return {}
    return { LocationConstraint: region as BucketLocationConstraint }
  },
}
