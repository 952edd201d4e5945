import type { S3Operation } from '../contract.ts'
import { wireBucketEncryption } from '../encryption/wire-bucket-encryption.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketEncryption: S3Operation<'GetBucketEncryption'> = {
  name: 'GetBucketEncryption',
  async run({ buckets, encryptsByDefault }, input, { accountId }) {
    const { Bucket, ExpectedBucketOwner } = input
    const { name, encryption } = await buckets.find(accountId, Bucket, ExpectedBucketOwner)
    if (encryptsByDefault) return wireBucketEncryption({ algorithm: 'AES256', ...encryption })
    if (encryption) return wireBucketEncryption(encryption)
    throw notFound(
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
      { BucketName: name },
    )
  },
}
