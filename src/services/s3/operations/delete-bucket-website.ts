import type { S3Operation } from '../contract.ts'

export const deleteBucketWebsite: S3Operation<'DeleteBucketWebsite'> = {
  name: 'DeleteBucketWebsite',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      ({ website: _removed, ...bucket }) => bucket,
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
