import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketPolicy: S3Operation<'GetBucketPolicy'> = {
  name: 'GetBucketPolicy',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound('NoSuchBucketPolicy', 'The bucket policy does not exist', { BucketName: name })
  },
}
