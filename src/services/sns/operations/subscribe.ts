import { parseArn } from '../../../base/arn.ts'
import type { SnsDeps, SnsOperation } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { invalidParameter, notBuilt } from '../sns-errors.ts'
import type { Protocol, Subscription } from '../subscriptions.ts'
import { allOf, newSubscriptionArn } from '../subscriptions.ts'
import type { Topic } from '../topics.ts'
import { isLarge } from '../topics.ts'
import {
  checkLargeProtocol,
  subscriptionAttributes,
  withSubscriptionAttributes,
} from './wire-subscription.ts'
import { topicFor } from './wire-topic.ts'

export const subscribe: SnsOperation<'Subscribe'> = {
  name: 'Subscribe',
  async run(deps, input, context) {
    const topic = await topicFor(deps, context, input.TopicArn, 'Subscribe')
    const protocol = readProtocol(input.Protocol ?? '')
    const endpoint = input.Endpoint ?? ''
    checkEndpoint(topic, protocol, endpoint)
    checkServed(deps, protocol, input.Attributes)
    if (isLarge(topic)) checkLargeProtocol(protocol)
    const pending = protocol === 'http' || protocol === 'https'
    const plain: Subscription = {
      ...newSubscriptionArn(topic.arn, deps.random),
      topicArn: topic.arn,
      owner: context.accountId,
      protocol,
      endpoint,
      pending,
      confirmedBySignature: !pending,
      raw: false,
      filterScope: 'MessageAttributes',
    }
    const wanted = withSubscriptionAttributes(plain, input.Attributes ?? {})
    if (protocol === 'firehose' && wanted.roleArn === undefined) {
      throw invalidParameter(
        'Attributes Reason: SubscriptionRoleArn is required for the firehose protocol',
      )
    }
    const there = await deps.subscriptions.findByEndpoint(topic.arn, protocol, endpoint)
    if (there && !sameSettings(there, wanted)) {
      throw invalidParameter(
        'Attributes Reason: Subscription already exists with different attributes',
      )
    }
    if (!there) await add(deps, topic, wanted)
    const made = there ?? wanted
    // AWS: who subscribes again before the confirmation is asked again.
    if (made.pending) await deps.confirmations.request(topic, made)
    const showsArn = !made.pending || input.ReturnSubscriptionArn === true
    return { SubscriptionArn: showsArn ? made.arn : 'pending confirmation' }
  },
}

async function add(deps: SnsDeps, topic: Topic, subscription: Subscription): Promise<void> {
  const all = await allOf((after) => deps.subscriptions.ofTopic(topic.arn, after, 1_000))
  const { subscriptionsPerFifoTopicMax, subscriptionsPerTopicMax } = snsLimits
  const ofStandard = isLarge(topic)
    ? snsLimits.subscriptionsPerLargeTopicMax
    : subscriptionsPerTopicMax
  const max = topic.fifo ? subscriptionsPerFifoTopicMax : ofStandard
  if (all.length >= max)
    throw invalidParameter(`TopicArn Reason: a topic has at most ${max} subscriptions`)
  await deps.subscriptions.create(subscription)
}

/** Refuses by name what nothing on this server could receive. */
function checkServed(
  { sender }: SnsDeps,
  protocol: Protocol,
  attributes: Readonly<Record<string, string>> = {},
): void {
  if (!protocol.startsWith('http') && !sender.serves(protocol)) {
    throw notBuilt(`The protocol ${protocol}`)
  }
  if (attributes['RedrivePolicy'] && !sender.serves('sqs')) {
    throw notBuilt('The subscription attribute RedrivePolicy')
  }
}

function readProtocol(text: string): Protocol {
  switch (text) {
    case 'sqs':
    case 'lambda':
    case 'firehose':
    case 'http':
    case 'https':
      return text
    case 'email':
    case 'email-json':
    case 'sms':
    case 'application':
      throw notBuilt(`The protocol ${text}`)
    default:
      throw invalidParameter(`Amazon SNS does not support this protocol string: ${text}`)
  }
}

function checkEndpoint(topic: Topic, protocol: Protocol, endpoint: string): void {
  if (protocol === 'http' || protocol === 'https') {
    checkUrl(topic, protocol, endpoint)
    return
  }
  if (parseArn(endpoint)?.service !== protocol) {
    throw invalidParameter(protocol === 'sqs' ? 'SQS endpoint ARN' : `${protocol} endpoint ARN`)
  }
  if (!topic.fifo && protocol === 'sqs' && endpoint.endsWith('.fifo')) {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    )
  }
  if (topic.fifo && protocol !== 'sqs') {
    throw invalidParameter(`Endpoint Reason: FIFO topics do not support the protocol ${protocol}`)
  }
}

function checkUrl(topic: Topic, protocol: string, endpoint: string): void {
  if (topic.fifo) {
    throw invalidParameter(`Endpoint Reason: FIFO topics do not support the protocol ${protocol}`)
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.protocol !== `${protocol}:`) {
    throw invalidParameter('Endpoint Reason: Endpoint must match the specified protocol')
  }
  if (url.username || url.password) throw notBuilt('An endpoint with a user name or password')
}

/** Whether a second request asks for what is there already. */
function sameSettings(left: Subscription, right: Subscription): boolean {
  const text = (one: Subscription) => {
    const { SubscriptionArn, PendingConfirmation, ConfirmationWasAuthenticated, ...rest } =
      subscriptionAttributes(one)
    return JSON.stringify(rest)
  }
  return text(left) === text(right)
}
