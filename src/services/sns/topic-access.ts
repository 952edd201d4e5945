import { parseArn } from '../../base/arn.ts'
import type { EventSender } from '../../base/event-target.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { PolicyDocument } from '../iam/policy-document.ts'
import { evaluatePolicy, evaluateSender } from '../iam/policy-evaluation.ts'
import { parsePolicy } from '../iam/policy-parsing.ts'
import { createPolicyReader } from '../iam/policy-reader.ts'
import { snsLimits } from './limits.ts'
import { invalidParameter, notAuthorized } from './sns-errors.ts'
import type { Topic } from './topics.ts'
import { scopeOfArn } from './topics.ts'

/** Who may do what with a topic: its owner all that is not denied, others what its policy allows. */
export interface TopicAccess {
  /** Text of the topic's policy; AWS's default one when none was set. */
  policyText(topic: Topic): Promise<string>
  /** Rejects with `InvalidParameter` for what is no policy. */
  setPolicy(topic: Topic, text: string): Promise<void>
  removePolicy(topic: Topic): Promise<void>
  /** Rejects with `AuthorizationError`. */
  authorize(topic: Topic, caller: Caller, action: string): Promise<void>
  /** As `authorize` to publish, for a service of AWS. */
  authorizeSender(topic: Topic, sender: EventSender): Promise<void>
}

export interface Caller extends Scope {
  readonly callerArn: string
  readonly sourceAddress?: string
}

interface PolicyRow {
  readonly text: string
}

export function createTopicAccess(meta: MetaStore): TopicAccess {
  const documents = createDocuments<PolicyRow>(meta, 'sns/policy')

  async function policyText(topic: Topic): Promise<string> {
    const row = await documents.getShared(scopeOfArn(topic.arn), topic.name)
    return row?.text ?? JSON.stringify(defaultPolicy(topic))
  }

  const read = createPolicyReader((document) => document)
  const policyOf = async (topic: Topic) => read(await policyText(topic))

  return {
    policyText,
    async setPolicy(topic, text) {
      readPolicy(text)
      await documents.put(scopeOfArn(topic.arn), [topic.name], { text })
    },
    async removePolicy(topic) {
      await documents.remove(scopeOfArn(topic.arn), topic.name)
    },
    async authorize(topic, caller, action) {
      const owner = scopeOfArn(topic.arn).accountId
      const verdict = evaluatePolicy(await policyOf(topic), {
        principal: { accountId: caller.accountId, arn: caller.callerArn },
        action: `sns:${action}`,
        resource: topic.arn,
        context: {
          'aws:SourceOwner': caller.accountId,
          'aws:PrincipalAccount': caller.accountId,
          'aws:PrincipalArn': caller.callerArn,
          'aws:SourceIp': caller.sourceAddress,
        },
      })
      if (verdict === 'allow' || (verdict === 'none' && caller.accountId === owner)) return
      throw notAuthorized(caller.callerArn, action, topic.arn)
    },
    async authorizeSender(topic, sender) {
      const wanted = { action: 'sns:Publish', resource: topic.arn }
      const verdict = evaluateSender(await policyOf(topic), sender, wanted)
      const roleAccountId = parseArn(sender.roleArn ?? '')?.accountId
      const isOwnRole = roleAccountId === scopeOfArn(topic.arn).accountId
      if (verdict === 'allow' || (verdict === 'none' && isOwnRole)) return
      throw notAuthorized(sender.principal, 'Publish', topic.arn)
    },
  }
}

function readPolicy(text: string): PolicyDocument {
  if (Buffer.byteLength(text) > snsLimits.policyBytesMax) {
    throw invalidParameter(`Policy Reason: Policy is longer than ${snsLimits.policyBytesMax} bytes`)
  }
  let document: PolicyDocument
  try {
    document = parsePolicy(text)
  } catch {
    throw invalidParameter('Policy Error: null')
  }
  const actions = document.statements.flatMap((one) => [
    ...(one.actions ?? []),
    ...(one.notActions ?? []),
  ])
  if (actions.every((action) => /^(sns:|\*$)/i.test(action))) return document
  throw invalidParameter('Policy statement action out of service scope!')
}

/** AWS: what a new topic has. */
function defaultPolicy(topic: Topic): object {
  const actions = [
    ...['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission'],
    ...['DeleteTopic', 'Subscribe', 'ListSubscriptionsByTopic', 'Publish'],
  ]
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: actions.map((action) => `SNS:${action}`),
        Resource: topic.arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': scopeOfArn(topic.arn).accountId } },
      },
    ],
  }
}
