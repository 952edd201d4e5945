import type { S3Operation } from '../contract.ts'

/** AWS: never set, it has no status. */
export const getBucketAccelerateConfiguration: S3Operation<'GetBucketAccelerateConfiguration'> = {
  name: 'GetBucketAccelerateConfiguration',
  async run({ buckets }, input, { accountId }) {
    const { acceleration } = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    return { ...(acceleration && { Status: acceleration }) }
  },
}
