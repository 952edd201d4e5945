import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import type { LoggingConfiguration } from '../logging/logging-settings.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'

export const putBucketLogging: S3Operation<'PutBucketLogging'> = {
  name: 'PutBucketLogging',
  async run({ buckets, loggings }, input, { accountId }) {
    if (!input.BucketLoggingStatus) throw malformedXml()
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const given = input.BucketLoggingStatus.LoggingEnabled
    if (!given) {
      await loggings.replace(bucket, undefined)
      return {}
    }
    const { TargetBucket = '', TargetPrefix = '', TargetGrants, TargetObjectKeyFormat } = given
    if (TargetGrants?.length) throw notSupported('TargetGrants')
    const { SimplePrefix, PartitionedPrefix } = TargetObjectKeyFormat ?? {}
    if (SimplePrefix && PartitionedPrefix) throw malformedXml()
    const target = await buckets.look(TargetBucket)
    if (!target) throw invalidTarget('The target bucket for logging does not exist', TargetBucket)
    if (target.accountId !== bucket.accountId) {
      const message =
        'The owner for the bucket to be logged and the target bucket must be the same.'
      throw invalidTarget(message, TargetBucket)
    }
    if (target.region !== bucket.region) throw otherRegion(target.region)
    const partitionedBy =
      PartitionedPrefix && (PartitionedPrefix.PartitionDateSource ?? 'EventTime')
    const logging: LoggingConfiguration = {
      targetBucket: TargetBucket,
      targetPrefix: TargetPrefix,
      ...(partitionedBy && { partitionedBy }),
      ...(SimplePrefix && { saysSimple: true }),
    }
    await loggings.replace(bucket, logging)
    return {}
  },
}

function invalidTarget(message: string, targetBucket: string): ServiceError {
  const fields = { TargetBucket: targetBucket }
  return new ServiceError('InvalidTargetBucketForLogging', message, { fields })
}

function otherRegion(region: string): ServiceError {
  // AWS: the code is spelled so.
  return new ServiceError(
    'CrossLocationLoggingProhibitted',
    'Cross S3 location logging not allowed. ',
    { status: 403, fields: { TargetBucketLocation: region } },
  )
}
