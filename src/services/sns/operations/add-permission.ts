import type { SnsOperation } from '../contract.ts'
import { invalidParameter } from '../sns-errors.ts'
import { topicFor } from './wire-topic.ts'

export const addPermission: SnsOperation<'AddPermission'> = {
  name: 'AddPermission',
  async run(deps, { TopicArn, Label, AWSAccountId = [], ActionName = [] }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'AddPermission')
    const policy = JSON.parse(await deps.access.policyText(topic)) as PolicyText
    if (policy.Statement.some(({ Sid }) => Sid === Label)) {
      throw invalidParameter('Statement already exists')
    }
    const statement = {
      Sid: Label,
      Effect: 'Allow',
      Principal: { AWS: AWSAccountId.map((account) => `arn:aws:iam::${account}:root`) },
      Action: ActionName.map((action) => `SNS:${action}`),
      Resource: topic.arn,
    }
    const next = { ...policy, Statement: [...policy.Statement, statement] }
    await deps.access.setPolicy(topic, JSON.stringify(next))
    return {}
  },
}

interface PolicyText {
  readonly Statement: ReadonlyArray<{ readonly Sid?: string }>
}
