import type { S3Operation } from '../contract.ts'
import { requireLifecycleRules } from '../lifecycle/lifecycle-check.ts'
import { lifecycleRuleOf } from '../lifecycle/wire-lifecycle.ts'
import { malformedXml } from '../s3-errors.ts'

export const putBucketLifecycleConfiguration: S3Operation<'PutBucketLifecycleConfiguration'> = {
  name: 'PutBucketLifecycleConfiguration',
  async run({ buckets, lifecycles, newId }, input, { accountId }) {
    const given = input.LifecycleConfiguration?.Rules
    if (!given) throw malformedXml()
    const rules = given.map((rule) => lifecycleRuleOf(rule, newId))
    requireLifecycleRules(rules)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const minimumSize = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K'
    await lifecycles.replace(bucket, { minimumSize, rules })
    return { TransitionDefaultMinimumObjectSize: minimumSize }
  },
}
