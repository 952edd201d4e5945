import { parsePolicy } from '../../iam/policy-parsing.ts'
import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import type { S3Operation } from '../contract.ts'
import { noSuchBucketPolicy } from '../s3-errors.ts'

export const getBucketPolicyStatus: S3Operation<'GetBucketPolicyStatus'> = {
  name: 'GetBucketPolicyStatus',
  async run({ buckets }, input, { accountId }) {
    const { name, access } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (access?.policy === undefined) throw noSuchBucketPolicy(name)
    return { PolicyStatus: { IsPublic: isPublicPolicy(parsePolicy(access.policy)) } }
  },
}
