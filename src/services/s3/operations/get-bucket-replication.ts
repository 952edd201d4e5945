import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketReplication: S3Operation<'GetBucketReplication'> = {
  name: 'GetBucketReplication',
  async run({ buckets }, input, { accountId }) {
    const { name } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    throw notFound(
      'ReplicationConfigurationNotFoundError',
      'The replication configuration was not found',
      { BucketName: name },
    )
  },
}
