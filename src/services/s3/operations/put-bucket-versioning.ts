import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import { notSupported } from '../s3-errors.ts'

/** Refused by name: nothing is kept of what is overwritten. */
export const putBucketVersioning: S3Operation<'PutBucketVersioning'> = {
  name: 'PutBucketVersioning',
  refuses: ['MFA'],
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const { Status, MFADelete } = input.VersioningConfiguration
    if (Status === undefined) {
      throw new ServiceError(
        'IllegalVersioningConfigurationException',
        'The Versioning element must be specified',
      )
    }
    throw notSupported(MFADelete === 'Enabled' ? 'MFADelete' : `Versioning with status ${Status}`)
  },
}
