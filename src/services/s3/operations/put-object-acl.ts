import type { S3Operation } from '../contract.ts'
import { requireAcl } from '../wire-acl.ts'
import { requireNoVersion } from '../wire-object.ts'

/** AWS: in a bucket that is "bucket owner enforced" only the ACL is taken that is so anyway. */
export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  name: 'PutObjectAcl',
  async run({ buckets, objects }, input, { accountId }) {
    requireNoVersion(input.VersionId)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    await objects.head(bucket, input.Key)
    requireAcl(input, accountId)
    return {}
  },
}
