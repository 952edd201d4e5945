import type { S3Operation } from '../contract.ts'

export const putPublicAccessBlock: S3Operation<'PutPublicAccessBlock'> = {
  name: 'PutPublicAccessBlock',
  async run({ buckets }, input, { accountId }) {
    const flags = input.PublicAccessBlockConfiguration
    const publicAccessBlock = {
      blockPublicAcls: flags.BlockPublicAcls ?? false,
      ignorePublicAcls: flags.IgnorePublicAcls ?? false,
      blockPublicPolicy: flags.BlockPublicPolicy ?? false,
      restrictPublicBuckets: flags.RestrictPublicBuckets ?? false,
    }
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, access: { ...bucket.access, publicAccessBlock } }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
