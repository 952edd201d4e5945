import type { S3Operation } from '../contract.ts'

/** AWS: without controls, who writes an object owns it. */
export const deleteBucketOwnershipControls: S3Operation<'DeleteBucketOwnershipControls'> = {
  name: 'DeleteBucketOwnershipControls',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, access: { ...bucket.access, ownership: 'none' } }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
