import type { S3Operation } from '../contract.ts'

/** No such configuration can be made yet, so there is none. */
export const listBucketIntelligentTieringConfigurations: S3Operation<'ListBucketIntelligentTieringConfigurations'> =
  {
    name: 'ListBucketIntelligentTieringConfigurations',
    async run({ buckets }, input, { accountId }) {
      await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
      return { IsTruncated: false }
    },
  }
