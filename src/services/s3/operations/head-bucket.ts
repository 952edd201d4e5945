import type { S3Operation } from '../contract.ts'

export const headBucket: S3Operation<'HeadBucket'> = {
  name: 'HeadBucket',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return {
      BucketRegion: bucket.region,
      BucketArn: `arn:aws:s3:::${bucket.name}`,
      AccessPointAlias: false,
    }
  },
}
