import { ownerOnly } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'

export const getObjectAcl: S3Operation<'GetObjectAcl'> = {
  name: 'GetObjectAcl',
  async run({ buckets, objects }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    await objects.head(bucket, input.Key, input.VersionId)
    return ownerOnly(accountId)
  },
}
