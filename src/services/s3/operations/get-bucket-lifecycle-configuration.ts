import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketLifecycleConfiguration: S3Operation<'GetBucketLifecycleConfiguration'> = {
  name: 'GetBucketLifecycleConfiguration',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', {
      BucketName: name,
    })
  },
}
