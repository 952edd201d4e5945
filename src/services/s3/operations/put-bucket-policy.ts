import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import { publicAccessBlockOf } from '../access/bucket-access.ts'
import { checkBucketPolicy } from '../access/bucket-policy.ts'
import type { S3Operation } from '../contract.ts'
import { accessDenied } from '../s3-errors.ts'

export const putBucketPolicy: S3Operation<'PutBucketPolicy'> = {
  name: 'PutBucketPolicy',
  refuses: ['ConfirmRemoveSelfBucketAccess'],
  async run({ buckets }, input, { accountId }) {
    const policy = input.Policy
    const document = checkBucketPolicy(input.Bucket, policy)
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => {
        const block = publicAccessBlockOf(bucket.access)
        if (block?.blockPublicPolicy && isPublicPolicy(document)) throw accessDenied()
        return { ...bucket, access: { ...bucket.access, policy } }
      },
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
