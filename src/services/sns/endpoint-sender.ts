import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget, TargetEvent } from '../../base/event-target.ts'
import { attributesOf, envelopeOf, functionEventOf } from './envelope.ts'
import { snsLimits } from './limits.ts'
import type { MessageSigner } from './message-signer.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { Subscription } from './subscriptions.ts'
import { scopeOfArn } from './topics.ts'

/** Brings a message to the endpoint of a subscription. */
export interface EndpointSender {
  /** Resolves once the endpoint has taken it. */
  send(subscription: Subscription, message: OutgoingMessage, signal: AbortSignal): Promise<void>
  sendToDeadLetters(subscription: Subscription, message: OutgoingMessage): Promise<void>
  /** Whether this server has receivers of the kind: `sqs`, `lambda`, `firehose`. */
  serves(service: string): boolean
}

/** An HTTP endpoint that answered anything but success. */
class EndpointFailure extends Error {
  override readonly name = 'EndpointFailure'
  readonly status: number

  constructor(status: number) {
    super(`the endpoint answered ${status}`)
    this.status = status
  }
}

/**
 * AWS: what is the receiver's fault is not tried again: a queue or function that is gone or refuses,
 * and HTTP's 4xx but 429 (Developer Guide, "Message delivery retries").
 */
export function isPermanent(error: unknown): boolean {
  if (error instanceof EndpointFailure || error instanceof ServiceError) {
    const isThrottled =
      error instanceof ServiceError && /throttl|toomany|overlimit/i.test(error.code)
    return error.status >= 400 && error.status < 500 && error.status !== 429 && !isThrottled
  }
  return false
}

export function createEndpointSender(deps: {
  readonly targets: ReadonlyArray<EventTarget>
  readonly signer: MessageSigner
  readonly endpoint: () => string
  readonly clock: Clock
}): EndpointSender {
  const targets = new Map(deps.targets.map((target) => [target.service, target]))
  const encode = (content: object) => Buffer.from(JSON.stringify(content))

  function targetOf(service: string): EventTarget {
    const target = targets.get(service)
    if (target) return target
    throw new ServiceError('InvalidParameter', `Deliveries to ${service} are not supported.`)
  }

  async function bodyOf(subscription: Subscription, message: OutgoingMessage): Promise<Buffer> {
    const { protocol, raw, arn } = subscription
    const text = message.texts?.[protocol] ?? message.text
    if (raw && message.type === 'Notification') return Buffer.from(text)
    const said = { ...message, text }
    if (protocol === 'lambda') return encode(await functionEventOf(said, arn, deps))
    return encode(await envelopeOf(said, arn, deps))
  }

  async function eventOf(
    subscription: Subscription,
    message: OutgoingMessage,
  ): Promise<TargetEvent> {
    const { groupId, deduplicationId } = message
    const body = await bodyOf(subscription, message)
    return {
      body: subscription.protocol === 'firehose' ? Buffer.concat([body, NEWLINE]) : body,
      ...(subscription.raw && { attributes: attributesOf(message) }),
      ...(groupId !== undefined && { groupId }),
      ...(deduplicationId !== undefined && { deduplicationId }),
    }
  }

  async function post(subscription: Subscription, message: OutgoingMessage, signal: AbortSignal) {
    const isNotification = message.type === 'Notification'
    const body = await bodyOf(subscription, message)
    const late = new AbortController()
    const ended = new AbortController()
    const until = AbortSignal.any([signal, ended.signal])
    const overdue = deps.clock.sleep(snsLimits.httpTimeoutMs, until).then(() => late.abort())
    try {
      const answer = await fetch(subscription.endpoint, {
        method: 'POST',
        // AWS: a redirect is a failure.
        redirect: 'manual',
        body,
        signal: late.signal,
        headers: {
          'content-type': 'text/plain; charset=UTF-8',
          'user-agent': 'Amazon Simple Notification Service Agent',
          'x-amz-sns-message-type': message.type,
          'x-amz-sns-message-id': message.messageId,
          'x-amz-sns-topic-arn': message.topicArn,
          ...(isNotification && { 'x-amz-sns-subscription-arn': subscription.arn }),
          ...(isNotification && subscription.raw && { 'x-amz-sns-rawdelivery': 'true' }),
        },
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new EndpointFailure(answer.status)
    } finally {
      ended.abort()
      await overdue
    }
  }

  return {
    async send(subscription, message, signal) {
      const { protocol, endpoint, topicArn } = subscription
      if (protocol === 'http' || protocol === 'https') return post(subscription, message, signal)
      const event = await eventOf(subscription, message)
      await targetOf(protocol).deliver(endpoint, event, senderOf(topicArn))
    },
    async sendToDeadLetters(subscription, message) {
      const { deadLetterArn = '', topicArn } = subscription
      const event = await eventOf(subscription, message)
      await targetOf('sqs').deliver(deadLetterArn, event, senderOf(topicArn))
    },
    serves: (service) => targets.has(service),
  }
}

const NEWLINE = Buffer.from('\n')

function senderOf(topicArn: string): EventSender {
  return { principal: 'sns.amazonaws.com', sourceArn: topicArn, scope: scopeOfArn(topicArn) }
}
