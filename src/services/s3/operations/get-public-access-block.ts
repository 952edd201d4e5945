import { publicAccessBlockOf } from '../access/bucket-access.ts'
import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getPublicAccessBlock: S3Operation<'GetPublicAccessBlock'> = {
  name: 'GetPublicAccessBlock',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const block = publicAccessBlockOf(bucket.access)
    if (!block) {
      throw notFound(
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
        { BucketName: bucket.name },
      )
    }
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      },
    }
  },
}
