import { hasAcls } from '../access/acl.ts'
import { givenAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { canonicalIdOf } from '../objects/object-record.ts'

/** AWS: in a bucket that is "bucket owner enforced" only the ACL is taken that is so anyway. */
export const putBucketAcl: S3Operation<'PutBucketAcl'> = {
  name: 'PutBucketAcl',
  async run({ buckets }, input, { accountId }) {
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        const grants = givenAcl(bucket, input, { ownerId: canonicalIdOf(bucket.accountId) })
        return hasAcls(bucket) ? { ...bucket, access: { ...bucket.access, grants } } : bucket
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
