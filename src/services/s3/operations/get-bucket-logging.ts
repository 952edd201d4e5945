import type { S3Operation } from '../contract.ts'

export const getBucketLogging: S3Operation<'GetBucketLogging'> = {
  name: 'GetBucketLogging',
  async run({ buckets, loggings }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const logging = await loggings.find(bucket)
    if (!logging) return {}
    const { targetBucket, targetPrefix, partitionedBy, saysSimple } = logging
    return {
      LoggingEnabled: {
        TargetBucket: targetBucket,
        TargetPrefix: targetPrefix,
        ...(saysSimple && { TargetObjectKeyFormat: { SimplePrefix: {} } }),
        ...(partitionedBy && {
          TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: partitionedBy } },
        }),
      },
    }
  },
}
