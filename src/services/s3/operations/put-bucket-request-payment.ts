import type { S3Operation } from '../contract.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'

/** The owner pays; that a requester does is refused by name. */
export const putBucketRequestPayment: S3Operation<'PutBucketRequestPayment'> = {
  name: 'PutBucketRequestPayment',
  async run({ buckets }, input, { accountId }) {
    await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const payer = input.RequestPaymentConfiguration.Payer
    if (payer === 'Requester') throw notSupported('Payer Requester')
    if (payer !== 'BucketOwner') throw malformedXml()
    return {}
  },
}
