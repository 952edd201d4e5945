import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import { notSupported } from '../s3-errors.ts'

export const putBucketVersioning: S3Operation<'PutBucketVersioning'> = {
  name: 'PutBucketVersioning',
  refuses: ['MFA'],
  async run({ buckets }, input, { accountId }) {
    const { Status: status, MFADelete } = input.VersioningConfiguration
    if (MFADelete === 'Enabled') throw notSupported('MFADelete')
    if (status === undefined) {
      throw new ServiceError(
        'IllegalVersioningConfigurationException',
        'The Versioning element must be specified',
      )
    }
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        if (bucket.objectLock && status === 'Suspended') throw lockedInPlace()
        if (bucket.replication && status === 'Suspended') throw neededForReplication()
        return { ...bucket, versioning: status }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}

function neededForReplication(): ServiceError {
  return new ServiceError(
    'InvalidBucketState',
    'A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.',
    { status: 409 },
  )
}

function lockedInPlace(): ServiceError {
  return new ServiceError(
    'InvalidBucketState',
    'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    { status: 409 },
  )
}
