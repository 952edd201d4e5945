import type { S3Operation } from '../contract.ts'
import { bucketEncryptionOf } from '../encryption/wire-bucket-encryption.ts'

export const putBucketEncryption: S3Operation<'PutBucketEncryption'> = {
  name: 'PutBucketEncryption',
  async run({ buckets }, input, { accountId }) {
    const { Bucket, ExpectedBucketOwner } = input
    await buckets.find(accountId, Bucket, ExpectedBucketOwner)
    const encryption = bucketEncryptionOf(input.ServerSideEncryptionConfiguration)
    await buckets.change(
      accountId,
      Bucket,
      (bucket) => {
        // AWS: what is blocked stays blocked until it is spoken of again.
        const blocked = bucket.encryption?.blocked
        return { ...bucket, encryption: { ...(blocked && { blocked }), ...encryption } }
      },
      ExpectedBucketOwner,
    )
    return {}
  },
}
