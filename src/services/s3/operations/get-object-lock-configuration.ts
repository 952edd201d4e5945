import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'
import { lockConfigurationMember } from '../versions/wire-lock.ts'

export const getObjectLockConfiguration: S3Operation<'GetObjectLockConfiguration'> = {
  name: 'GetObjectLockConfiguration',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (!bucket.objectLock) {
      throw notFound(
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
        { BucketName: bucket.name },
      )
    }
    return { ObjectLockConfiguration: lockConfigurationMember(bucket.objectLock) }
  },
}
