import type { S3Operation } from '../contract.ts'

/** ACLs are off in every bucket, as in those that AWS makes since April 2023. */
export const getBucketOwnershipControls: S3Operation<'GetBucketOwnershipControls'> = {
  name: 'GetBucketOwnershipControls',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }
  },
}
