import { ownerOnly } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'

export const getBucketAcl: S3Operation<'GetBucketAcl'> = {
  name: 'GetBucketAcl',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return ownerOnly(accountId)
  },
}
