import { requireAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'

/** AWS: in a bucket that is "bucket owner enforced" only the ACL is taken that is so anyway. */
export const putBucketAcl: S3Operation<'PutBucketAcl'> = {
  name: 'PutBucketAcl',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    requireAcl(input, accountId)
    return {}
  },
}
