import type { S3Operation } from '../contract.ts'
import { invalidRequest, malformedXml } from '../s3-errors.ts'

/** Opens the bucket under the names of accelerated endpoints; there is no longer way to make shorter. */
export const putBucketAccelerateConfiguration: S3Operation<'PutBucketAccelerateConfiguration'> = {
  name: 'PutBucketAccelerateConfiguration',
  async run({ buckets }, input, { accountId }) {
    const acceleration = input.AccelerateConfiguration.Status
    if (acceleration !== 'Enabled' && acceleration !== 'Suspended') throw malformedXml()
    if (input.Bucket.includes('.')) {
      throw invalidRequest(
        'S3 Transfer Acceleration is not supported for buckets with periods (.) in their names',
      )
    }
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, acceleration }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
