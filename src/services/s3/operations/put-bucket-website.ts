import type { S3Operation } from '../contract.ts'
import { websiteOf } from '../website/wire-website.ts'

export const putBucketWebsite: S3Operation<'PutBucketWebsite'> = {
  name: 'PutBucketWebsite',
  async run({ buckets }, input, { accountId }) {
    const website = websiteOf(input.WebsiteConfiguration)
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, website }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
