import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getObjectLockConfiguration: S3Operation<'GetObjectLockConfiguration'> = {
  name: 'GetObjectLockConfiguration',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound(
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
      { BucketName: name },
    )
  },
}
