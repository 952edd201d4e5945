import type { S3Operation } from '../contract.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'

/** Every bucket is "bucket owner enforced"; what turns ACLs on is refused by name. */
export const putBucketOwnershipControls: S3Operation<'PutBucketOwnershipControls'> = {
  name: 'PutBucketOwnershipControls',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const [rule, ...more] = input.OwnershipControls.Rules ?? []
    if (!rule?.ObjectOwnership || more.length > 0) throw malformedXml()
    if (rule.ObjectOwnership !== 'BucketOwnerEnforced') {
      throw notSupported(`Object ownership ${rule.ObjectOwnership}`)
    }
    return {}
  },
}
