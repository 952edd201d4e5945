import { parseArn } from '../../../base/arn.ts'
import type { SnsDeps } from '../contract.ts'
import type { DeliveryPolicy } from '../delivery-policy.ts'
import { httpPolicy } from '../delivery-policy.ts'
import { snsLimits } from '../limits.ts'
import { FilterError, parseFilter } from '../message-filter.ts'
import { invalidParameter, notBuilt } from '../sns-errors.ts'
import type { Protocol, Subscription } from '../subscriptions.ts'
import { allOf } from '../subscriptions.ts'
import type { Topic } from '../topics.ts'
import { readBoolean } from './wire-topic.ts'

/** Attributes as they change a subscription; the scope of filters goes before the filter. */
export function withSubscriptionAttributes(
  subscription: Subscription,
  attributes: Readonly<Record<string, string>>,
): Subscription {
  const { FilterPolicyScope, ...others } = attributes
  const scoped =
    FilterPolicyScope === undefined
      ? subscription
      : { ...subscription, filterScope: readScope(FilterPolicyScope) }
  const next = Object.entries(others).reduce(withAttribute, scoped)
  if (next.filterPolicy !== undefined) checkFilter(next)
  return next
}

function withAttribute(
  subscription: Subscription,
  [name, value]: readonly [string, string],
): Subscription {
  switch (name) {
    case 'RawMessageDelivery':
      return { ...subscription, raw: readRaw(subscription, value) }
    case 'FilterPolicy': {
      const { filterPolicy: _before, ...rest } = subscription
      return value === '' || value === '{}' ? rest : { ...rest, filterPolicy: value }
    }
    case 'RedrivePolicy': {
      const { deadLetterArn: _before, ...rest } = subscription
      return value === '' ? rest : { ...rest, deadLetterArn: readRedrive(subscription, value) }
    }
    case 'DeliveryPolicy': {
      const { deliveryPolicy: _before, ...rest } = subscription
      return value === ''
        ? rest
        : { ...rest, deliveryPolicy: readDeliveryPolicy(subscription, value) }
    }
    case 'SubscriptionRoleArn':
      if (subscription.protocol !== 'firehose') throw invalidParameter('SubscriptionRoleArn')
      return { ...subscription, roleArn: value }
    case 'ReplayPolicy':
      throw notBuilt('The subscription attribute ReplayPolicy')
    default:
      throw invalidParameter('AttributeName')
  }
}

function readRaw({ protocol }: Subscription, value: string): boolean {
  const raw = readBoolean('RawMessageDelivery', value)
  if (raw && protocol === 'lambda') {
    throw invalidParameter(
      'Attributes Reason: Delivery protocol [lambda] does not support raw message delivery.',
    )
  }
  return raw
}

function readScope(value: string): Subscription['filterScope'] {
  if (value === 'MessageAttributes' || value === 'MessageBody') return value
  throw invalidParameter(
    `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
  )
}

function checkFilter({ filterPolicy = '', filterScope }: Subscription): void {
  if (Buffer.byteLength(filterPolicy) > snsLimits.filterBytesMax) {
    throw invalidParameter('FilterPolicy: Filter policy is too large')
  }
  try {
    parseFilter(filterPolicy, filterScope)
  } catch (error) {
    if (error instanceof FilterError) throw invalidParameter(error.message)
    throw error
  }
}

function readRedrive({ topicArn }: Subscription, value: string): string {
  const arn = readJson('RedrivePolicy', value)['deadLetterTargetArn']
  if (typeof arn !== 'string' || parseArn(arn)?.service !== 'sqs') {
    throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn')
  }
  if (topicArn.endsWith('.fifo') && !arn.endsWith('.fifo')) {
    throw invalidParameter(
      'RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
    )
  }
  return arn
}

/** AWS: `{"healthyRetryPolicy": {…}}`; throttling and content types are not built. */
function readDeliveryPolicy({ protocol }: Subscription, value: string): DeliveryPolicy {
  if (!protocol.startsWith('http'))
    throw invalidParameter('DeliveryPolicy: only for HTTP and HTTPS')
  const { healthyRetryPolicy = {}, ...others } = readJson('DeliveryPolicy', value)
  for (const [name, setting] of Object.entries(others)) {
    if (setting !== null) throw notBuilt(`DeliveryPolicy: ${name}`)
  }
  const given = healthyRetryPolicy as Readonly<Record<string, unknown>>
  const number = (name: string, otherwise: number, max: number): number => {
    const found = given[name] ?? otherwise
    if (typeof found === 'number' && Number.isInteger(found) && found >= 0 && found <= max)
      return found
    throw invalidParameter(`DeliveryPolicy: ${name} must be between 0 and ${max}`)
  }
  const policy = {
    minDelaySeconds: number('minDelayTarget', httpPolicy.minDelaySeconds, 3600),
    maxDelaySeconds: number('maxDelayTarget', httpPolicy.maxDelaySeconds, 3600),
    retries: number('numRetries', httpPolicy.retries, 100),
    noDelayRetries: number('numNoDelayRetries', 0, 100),
    minDelayRetries: number('numMinDelayRetries', 0, 100),
    maxDelayRetries: number('numMaxDelayRetries', 0, 100),
    backOff: given['backoffFunction'] ?? httpPolicy.backOff,
  } as DeliveryPolicy
  if (!['linear', 'arithmetic', 'geometric', 'exponential'].includes(policy.backOff)) {
    throw invalidParameter('DeliveryPolicy: backoffFunction')
  }
  const phases = policy.noDelayRetries + policy.minDelayRetries + policy.maxDelayRetries
  if (policy.minDelaySeconds > policy.maxDelaySeconds || phases > policy.retries) {
    throw invalidParameter('DeliveryPolicy: healthyRetryPolicy')
  }
  return policy
}

function readJson(name: string, value: string): Readonly<Record<string, unknown>> {
  let content: unknown
  try {
    content = JSON.parse(value)
  } catch {
    content = undefined
  }
  if (typeof content === 'object' && content !== null) return content as Record<string, unknown>
  throw invalidParameter(`${name}: failed to parse JSON.`)
}

/** Attributes as GetSubscriptionAttributes shows them. */
export function subscriptionAttributes(one: Subscription): Record<string, string> {
  const { filterPolicy, deadLetterArn, deliveryPolicy, roleArn } = one
  return {
    SubscriptionArn: one.arn,
    TopicArn: one.topicArn,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    Owner: one.owner,
    RawMessageDelivery: String(one.raw),
    PendingConfirmation: String(one.pending),
    ConfirmationWasAuthenticated: String(one.confirmedBySignature),
    SubscriptionPrincipal: `arn:aws:iam::${one.owner}:root`,
    ...(filterPolicy !== undefined && {
      FilterPolicy: filterPolicy,
      FilterPolicyScope: one.filterScope,
    }),
    ...(deadLetterArn !== undefined && {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn }),
    }),
    ...(deliveryPolicy && { DeliveryPolicy: JSON.stringify(wirePolicy(deliveryPolicy)) }),
    ...(roleArn !== undefined && { SubscriptionRoleArn: roleArn }),
  }
}

function wirePolicy(policy: DeliveryPolicy): object {
  return {
    healthyRetryPolicy: {
      minDelayTarget: policy.minDelaySeconds,
      maxDelayTarget: policy.maxDelaySeconds,
      numRetries: policy.retries,
      numMaxDelayRetries: policy.maxDelayRetries,
      numNoDelayRetries: policy.noDelayRetries,
      numMinDelayRetries: policy.minDelayRetries,
      backoffFunction: policy.backOff,
    },
  }
}

/** A line of a list. AWS: what is not confirmed has no ARN yet. */
export function listedSubscription(one: Subscription) {
  return {
    SubscriptionArn: one.pending ? 'PendingConfirmation' : one.arn,
    Owner: one.owner,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    TopicArn: one.topicArn,
  }
}

/** Own account only: subscriptions belong to who made them, and to the topic's owner. */
export async function subscriptionFor(
  { subscriptions, topics, access }: SnsDeps,
  caller: { readonly accountId: string; readonly region: string; readonly callerArn: string },
  arn: string,
  action: string,
): Promise<Subscription> {
  const found = await subscriptions.get(arn)
  if (found.owner !== caller.accountId) {
    await access.authorize(await topics.get(found.topicArn), caller, action)
  }
  return found
}

/** What a topic has must suit it before its messages may be larger than 256 KiB. */
export async function checkLarge({ subscriptions }: SnsDeps, topic: Topic): Promise<void> {
  const all = await allOf((after) => subscriptions.ofTopic(topic.arn, after, 1_000))
  const { subscriptionsPerLargeTopicMax: max } = snsLimits
  if (all.length > max) {
    throw invalidParameter(
      `TopicArn Reason: a topic of large messages has at most ${max} subscriptions`,
    )
  }
  for (const { protocol } of all) checkLargeProtocol(protocol)
}

export function checkLargeProtocol(protocol: Protocol): void {
  if (protocol === 'sqs' || protocol === 'lambda' || protocol === 'firehose') return
  throw invalidParameter(
    `Protocol Reason: topics with a MaximumMessageSize above ${snsLimits.messageBytesMax} bytes do not support ${protocol}`,
  )
}
