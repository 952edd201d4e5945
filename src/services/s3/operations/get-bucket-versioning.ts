import type { S3Operation } from '../contract.ts'

/** AWS: a bucket that never had versions answers without a status. */
export const getBucketVersioning: S3Operation<'GetBucketVersioning'> = {
  name: 'GetBucketVersioning',
  async run({ buckets }, input, { accountId }) {
    const { versioning } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return versioning ? { Status: versioning } : {}
  },
}
