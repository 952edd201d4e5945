import type { S3Operation } from '../contract.ts'
import { noSuchWebsite } from '../s3-errors.ts'
import { wireWebsite } from '../website/wire-website.ts'

export const getBucketWebsite: S3Operation<'GetBucketWebsite'> = {
  name: 'GetBucketWebsite',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (!bucket.website) throw noSuchWebsite(bucket.name)
    return wireWebsite(bucket.website)
  },
}
