import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketCors: S3Operation<'GetBucketCors'> = {
  name: 'GetBucketCors',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound('NoSuchCORSConfiguration', 'The CORS configuration does not exist', {
      BucketName: name,
    })
  },
}
