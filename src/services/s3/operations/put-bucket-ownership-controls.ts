import { isPrivateBucket } from '../access/acl.ts'
import { aclWithEnforcedOwner } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { malformedXml } from '../s3-errors.ts'

export const putBucketOwnershipControls: S3Operation<'PutBucketOwnershipControls'> = {
  name: 'PutBucketOwnershipControls',
  async run({ buckets }, input, { accountId }) {
    const [rule, ...more] = input.OwnershipControls.Rules ?? []
    const ownership = rule?.ObjectOwnership
    if (ownership === undefined || more.length > 0) throw malformedXml()
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        if (ownership === 'BucketOwnerEnforced' && !isPrivateBucket(bucket)) {
          throw aclWithEnforcedOwner()
        }
        return { ...bucket, access: { ...bucket.access, ownership } }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
