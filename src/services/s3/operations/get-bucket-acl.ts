import { hasAcls } from '../access/acl.ts'
import { wireAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { canonicalIdOf } from '../objects/object-record.ts'

export const getBucketAcl: S3Operation<'GetBucketAcl'> = {
  name: 'GetBucketAcl',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return wireAcl(canonicalIdOf(accountId), hasAcls(bucket) ? bucket.access?.grants : undefined)
  },
}
