import type { S3Operation } from '../contract.ts'

export const deleteBucketReplication: S3Operation<'DeleteBucketReplication'> = {
  name: 'DeleteBucketReplication',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      ({ replication: _removed, ...rest }) => rest,
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
