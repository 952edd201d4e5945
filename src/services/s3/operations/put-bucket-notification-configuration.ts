import type { S3Operation } from '../contract.ts'
import { rulesOf } from '../notifications/wire-notifications.ts'

export const putBucketNotificationConfiguration: S3Operation<'PutBucketNotificationConfiguration'> =
  {
    name: 'PutBucketNotificationConfiguration',
    async run({ buckets, notificationSettings }, input, { accountId, requestId }) {
      const { NotificationConfiguration: given, SkipDestinationValidation = false } = input
      const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
      const rules = rulesOf(given)
      const options = {
        skipValidation: SkipDestinationValidation,
        requestId,
        eventBridge: given.EventBridgeConfiguration !== undefined,
      }
      await notificationSettings.replace(bucket, rules, options)
      return {}
    },
  }
