import { hasAcls, ownerIdOf } from '../access/acl.ts'
import { givenAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { canonicalIdOf, recordOf } from '../objects/object-record.ts'
import { originOf } from '../objects/wire-object.ts'

/** AWS: in a bucket that is "bucket owner enforced" only the ACL is taken that is so anyway. */
export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  name: 'PutObjectAcl',
  async run({ buckets, objects }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const bucketOwnerId = canonicalIdOf(bucket.accountId)
    const aclOf = (ownerId: string) => givenAcl(bucket, input, { ownerId, bucketOwnerId })
    const before = recordOf(await objects.head(bucket, input.Key, input.VersionId))
    aclOf(ownerIdOf(bucket, before))
    if (!hasAcls(bucket)) return {}
    await objects.change(bucket, input.Key, {
      origin: originOf(context),
      event: 'ObjectAcl:Put',
      isReplicated: true,
      versionId: input.VersionId,
      change: (record) => ({ ...record, grants: aclOf(ownerIdOf(bucket, record)) }),
    })
    return {}
  },
}
