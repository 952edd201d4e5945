import type { S3Operation } from '../contract.ts'

/** Nothing is public in this build, which is also AWS's default. */
export const getPublicAccessBlock: S3Operation<'GetPublicAccessBlock'> = {
  name: 'GetPublicAccessBlock',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    }
  },
}
