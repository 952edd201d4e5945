import type { S3Operation } from '../contract.ts'
import { requireReplication } from '../replication/replication-check.ts'
import { replicationOf } from '../replication/wire-replication.ts'
import { malformedXml } from '../s3-errors.ts'

export const putBucketReplication: S3Operation<'PutBucketReplication'> = {
  name: 'PutBucketReplication',
  refuses: ['Token'],
  async run({ buckets, newId }, input, { accountId }) {
    const given = input.ReplicationConfiguration
    if (!given) throw malformedXml()
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const replication = replicationOf(given, newId)
    await requireReplication(buckets, bucket, replication)
    await buckets.change(accountId, input.Bucket, (one) => ({ ...one, replication }))
    return {}
  },
}
