import { wireCorsRules } from '../access/wire-cors.ts'
import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketCors: S3Operation<'GetBucketCors'> = {
  name: 'GetBucketCors',
  async run({ buckets }, input, { accountId }) {
    const { name, access } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (access?.corsRules) return wireCorsRules(access.corsRules)
    throw notFound('NoSuchCORSConfiguration', 'The CORS configuration does not exist', {
      BucketName: name,
    })
  },
}
