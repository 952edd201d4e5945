import type { S3Operation } from '../contract.ts'
import { recordOf } from '../objects/object-record.ts'
import { noSuchLock } from '../s3-errors.ts'

export const getObjectLegalHold: S3Operation<'GetObjectLegalHold'> = {
  name: 'GetObjectLegalHold',
  async run({ buckets, versionLocks }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await versionLocks.head(bucket, input.Key, input.VersionId)
    const { legalHold } = recordOf(object)
    if (legalHold === undefined) throw noSuchLock()
    return { LegalHold: { Status: legalHold ? 'ON' : 'OFF' } }
  },
}
