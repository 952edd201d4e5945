import type { S3Operation } from '../contract.ts'
import { malformedXml } from '../s3-errors.ts'

export const putBucketRequestPayment: S3Operation<'PutBucketRequestPayment'> = {
  name: 'PutBucketRequestPayment',
  async run({ buckets }, input, { accountId }) {
    const payer = input.RequestPaymentConfiguration.Payer
    if (payer !== 'BucketOwner' && payer !== 'Requester') throw malformedXml()
    const requesterPays = payer === 'Requester'
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, requesterPays }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
