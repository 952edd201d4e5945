import type { S3Operation } from '../contract.ts'

/** No such configuration can be made yet, so there is none. */
export const listBucketMetricsConfigurations: S3Operation<'ListBucketMetricsConfigurations'> = {
  name: 'ListBucketMetricsConfigurations',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return { IsTruncated: false }
  },
}
