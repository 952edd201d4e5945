import type { S3Operation } from '../contract.ts'
import { noSuchBucketPolicy } from '../s3-errors.ts'

export const getBucketPolicy: S3Operation<'GetBucketPolicy'> = {
  name: 'GetBucketPolicy',
  async run({ buckets }, input, { accountId }) {
    const { name, access } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (access?.policy === undefined) throw noSuchBucketPolicy(name)
    return { Policy: access.policy }
  },
}
