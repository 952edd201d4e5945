import type { S3Operation } from '../contract.ts'

export const deleteBucketEncryption: S3Operation<'DeleteBucketEncryption'> = {
  name: 'DeleteBucketEncryption',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      ({ encryption: _removed, ...bucket }) => bucket,
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
