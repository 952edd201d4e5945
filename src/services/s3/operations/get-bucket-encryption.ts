import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketEncryption: S3Operation<'GetBucketEncryption'> = {
  name: 'GetBucketEncryption',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound(
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
      { BucketName: name },
    )
  },
}
