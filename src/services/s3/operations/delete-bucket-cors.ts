import type { S3Operation } from '../contract.ts'

export const deleteBucketCors: S3Operation<'DeleteBucketCors'> = {
  name: 'DeleteBucketCors',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        const { corsRules: _removed, ...access } = bucket.access ?? {}
        return { ...bucket, access }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
