import type { S3Operation } from '../contract.ts'
import { noSuchConfiguration } from '../s3-errors.ts'

/** No such configuration can be made yet, so there is none. */
export const getBucketIntelligentTieringConfiguration: S3Operation<'GetBucketIntelligentTieringConfiguration'> =
  {
    name: 'GetBucketIntelligentTieringConfiguration',
    async run({ buckets }, input, { accountId }) {
      await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
      throw noSuchConfiguration()
    },
  }
