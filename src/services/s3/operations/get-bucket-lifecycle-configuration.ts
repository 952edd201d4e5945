import type { S3Operation } from '../contract.ts'
import { lifecycleAnswer } from '../lifecycle/wire-lifecycle.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketLifecycleConfiguration: S3Operation<'GetBucketLifecycleConfiguration'> = {
  name: 'GetBucketLifecycleConfiguration',
  async run({ buckets, lifecycles }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const configuration = await lifecycles.find(bucket)
    if (configuration) return lifecycleAnswer(configuration)
    throw notFound('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', {
      BucketName: bucket.name,
    })
  },
}
