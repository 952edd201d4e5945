import type { S3Operation } from '../contract.ts'
import { replicationAnswer } from '../replication/wire-replication.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketReplication: S3Operation<'GetBucketReplication'> = {
  name: 'GetBucketReplication',
  async run({ buckets }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    if (bucket.replication) return replicationAnswer(bucket.replication)
    throw notFound(
      'ReplicationConfigurationNotFoundError',
      'The replication configuration was not found',
      { BucketName: bucket.name },
    )
  },
}
