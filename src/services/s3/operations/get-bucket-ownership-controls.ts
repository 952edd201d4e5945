import type { S3Operation } from '../contract.ts'
import { notFound } from '../s3-errors.ts'

export const getBucketOwnershipControls: S3Operation<'GetBucketOwnershipControls'> = {
  name: 'GetBucketOwnershipControls',
  async run({ buckets }, input, { accountId }) {
    const { name, access } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const ownership = access?.ownership ?? 'BucketOwnerEnforced'
    if (ownership !== 'none')
      return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } }
    throw notFound(
      'OwnershipControlsNotFoundError',
      'The bucket ownership controls were not found',
      {
        BucketName: name,
      },
    )
  },
}
