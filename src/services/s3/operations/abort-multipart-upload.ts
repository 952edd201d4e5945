import type { S3Operation } from '../contract.ts'

export const abortMultipartUpload: S3Operation<'AbortMultipartUpload'> = {
  name: 'AbortMultipartUpload',
  refuses: ['IfMatchInitiatedTime'],
  async run({ buckets, uploads }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    await uploads.discard(bucket, await uploads.find(bucket, input.Key, input.UploadId))
    return {}
  },
}
