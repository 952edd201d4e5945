import type { S3Operation } from '../contract.ts'
import { notSupported } from '../s3-errors.ts'

/** All four blocks are on and cannot be taken off: there is no public access in this build. */
export const putPublicAccessBlock: S3Operation<'PutPublicAccessBlock'> = {
  name: 'PutPublicAccessBlock',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } =
      input.PublicAccessBlockConfiguration
    const all = [BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets]
    if (!all.every(Boolean)) throw notSupported('Public access')
    return {}
  },
}
