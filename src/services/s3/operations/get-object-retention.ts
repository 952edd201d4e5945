import { dateOf } from '../../../base/clock.ts'
import type { S3Operation } from '../contract.ts'
import { recordOf } from '../objects/object-record.ts'
import { noSuchLock } from '../s3-errors.ts'

export const getObjectRetention: S3Operation<'GetObjectRetention'> = {
  name: 'GetObjectRetention',
  async run({ buckets, versionLocks }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await versionLocks.head(bucket, input.Key, input.VersionId)
    const { retention } = recordOf(object)
    if (!retention) throw noSuchLock()
    const { mode, untilMs } = retention
    return { Retention: { Mode: mode, RetainUntilDate: dateOf(untilMs) } }
  },
}
