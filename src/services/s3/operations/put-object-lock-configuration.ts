import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import { lockConfigurationOf } from '../versions/wire-lock.ts'

export const putObjectLockConfiguration: S3Operation<'PutObjectLockConfiguration'> = {
  name: 'PutObjectLockConfiguration',
  refuses: ['Token'],
  async run({ buckets }, input, { accountId }) {
    const objectLock = lockConfigurationOf(input.ObjectLockConfiguration)
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        if (bucket.versioning !== 'Enabled') throw needsVersions()
        return { ...bucket, objectLock }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}

function needsVersions(): ServiceError {
  return new ServiceError(
    'InvalidBucketState',
    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    { status: 409 },
  )
}
