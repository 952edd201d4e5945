import type { S3Operation } from '../contract.ts'

export const deleteBucketPolicy: S3Operation<'DeleteBucketPolicy'> = {
  name: 'DeleteBucketPolicy',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        const { policy: _removed, ...access } = bucket.access ?? {}
        return { ...bucket, access }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
