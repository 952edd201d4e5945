import { corsRulesOf } from '../access/wire-cors.ts'
import type { S3Operation } from '../contract.ts'

export const putBucketCors: S3Operation<'PutBucketCors'> = {
  name: 'PutBucketCors',
  async run({ buckets }, input, { accountId }) {
    const corsRules = corsRulesOf(input.CORSConfiguration.CORSRules)
    await buckets.change(
      accountId,
      input.Bucket,
      (bucket) => ({ ...bucket, access: { ...bucket.access, corsRules } }),
      input.ExpectedBucketOwner,
    )
    return {}
  },
}
