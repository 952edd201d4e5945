import { parsePolicy } from '../../iam/policy-parsing.ts'
import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import { hasPublicAcl } from '../access/acl.ts'
import type { S3Operation } from '../contract.ts'
import { noSuchBucketPolicy } from '../s3-errors.ts'

/** A bucket is public by its policy or by its ACL. */
export const getBucketPolicyStatus: S3Operation<'GetBucketPolicyStatus'> = {
  name: 'GetBucketPolicyStatus',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const policy = bucket.access?.policy
    if (hasPublicAcl(bucket)) return { PolicyStatus: { IsPublic: true } }
    if (policy === undefined) throw noSuchBucketPolicy(bucket.name)
    return { PolicyStatus: { IsPublic: isPublicPolicy(parsePolicy(policy)) } }
  },
}
