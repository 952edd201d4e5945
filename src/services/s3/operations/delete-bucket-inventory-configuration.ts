import type { S3Operation } from '../contract.ts'
import { noSuchConfiguration } from '../s3-errors.ts'

export const deleteBucketInventoryConfiguration: S3Operation<'DeleteBucketInventoryConfiguration'> =
  {
    name: 'DeleteBucketInventoryConfiguration',
    async run({ buckets, inventories }, input, { accountId }) {
      const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
      if (!(await inventories.remove(bucket, input.Id))) throw noSuchConfiguration()
      return {}
    },
  }
