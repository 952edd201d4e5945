import { requireAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'

/** AWS: in a bucket that is "bucket owner enforced" only the ACL is taken that is so anyway. */
export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  name: 'PutObjectAcl',
  async run({ buckets, objects }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    await objects.head(bucket, input.Key, input.VersionId)
    requireAcl(input, accountId)
    return {}
  },
}
