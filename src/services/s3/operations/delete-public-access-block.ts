import type { S3Operation } from '../contract.ts'

export const deletePublicAccessBlock: S3Operation<'DeletePublicAccessBlock'> = {
  name: 'DeletePublicAccessBlock',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, access: { ...bucket.access, publicAccessBlock: 'none' } }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
