import type { SnsOperation } from '../contract.ts'
import { topicFor } from './wire-topic.ts'

/** A label that the policy does not have counts as removed, as on AWS. */
export const removePermission: SnsOperation<'RemovePermission'> = {
  name: 'RemovePermission',
  async run(deps, { TopicArn, Label }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'RemovePermission')
    const policy = JSON.parse(await deps.access.policyText(topic)) as PolicyText
    const left = policy.Statement.filter(({ Sid }) => Sid !== Label)
    if (left.length === policy.Statement.length) return {}
    if (left.length === 0) await deps.access.removePolicy(topic)
    else await deps.access.setPolicy(topic, JSON.stringify({ ...policy, Statement: left }))
    return {}
  },
}

interface PolicyText {
  readonly Statement: ReadonlyArray<{ readonly Sid?: string }>
}
