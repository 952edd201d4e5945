import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketWebsite: S3Operation<'GetBucketWebsite'> = {
  name: 'GetBucketWebsite',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound(
      'NoSuchWebsiteConfiguration',
      'The specified bucket does not have a website configuration',
      { BucketName: name },
    )
  },
}
