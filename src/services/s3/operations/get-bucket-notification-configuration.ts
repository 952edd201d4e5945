import type { S3Operation } from '../contract.ts'
import { configurationOf } from '../notifications/wire-notifications.ts'

export const getBucketNotificationConfiguration: S3Operation<'GetBucketNotificationConfiguration'> =
  {
    name: 'GetBucketNotificationConfiguration',
    async run({ buckets }, input, { accountId }) {
      const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
      return configurationOf(bucket)
    },
  }
