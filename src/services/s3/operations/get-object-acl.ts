import { hasAcls, ownerIdOf } from '../access/acl.ts'
import { wireAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { recordOf } from '../objects/object-record.ts'

export const getObjectAcl: S3Operation<'GetObjectAcl'> = {
  name: 'GetObjectAcl',
  async run({ buckets, objects }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const record = recordOf(await objects.head(bucket, input.Key, input.VersionId))
    return wireAcl(ownerIdOf(bucket, record), hasAcls(bucket) ? record.grants : undefined)
  },
}
