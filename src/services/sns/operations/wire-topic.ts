import type { SnsDeps } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { expectArn, invalidParameter, notBuilt } from '../sns-errors.ts'
import type { Caller } from '../topic-access.ts'
import type { Topic } from '../topics.ts'

/** The topic of a request, when the caller may do this with it. */
export async function topicFor(
  { topics, access }: SnsDeps,
  caller: Caller,
  arn: string | undefined,
  action: string,
): Promise<Topic> {
  const topic = await topics.get(expectArn('TopicArn', arn))
  await access.authorize(topic, caller, action)
  return topic
}

/** AWS has these and this build has not. */
const notBuiltNames =
  /^(ArchivePolicy|DeliveryPolicy|KmsMasterKeyId|BeginningArchiveTime|DataProtectionPolicy|(HTTP|SQS|Lambda|Firehose|Application)(Success|Failure)Feedback\w+)$/

/** One attribute of a topic, as it changes the topic; `Policy` is kept elsewhere. */
export function withTopicAttribute(topic: Topic, name: string, value: string): Topic {
  if (notBuiltNames.test(name)) {
    if (value === '') return topic
    throw notBuilt(`The topic attribute ${name}`)
  }
  switch (name) {
    case 'Policy':
      return topic
    case 'DisplayName':
      return { ...topic, displayName: value }
    case 'SignatureVersion':
      if (value !== '1' && value !== '2') throw invalidParameter('SignatureVersion')
      return { ...topic, signatureVersion: value }
    case 'TracingConfig':
      if (value === 'PassThrough') return topic
      throw notBuilt(`TracingConfig ${value}`)
    case 'MaximumMessageSize':
      return { ...topic, messageBytesMax: readMessageSize(value) }
    case 'ContentBasedDeduplication':
      if (!topic.fifo)
        throw invalidParameter(
          'Attributes Reason: Content-based deduplication can only be set on FIFO topics',
        )
      return { ...topic, contentBasedDeduplication: readBoolean(name, value) }
    case 'FifoThroughputScope':
      if (!topic.fifo || (value !== 'Topic' && value !== 'MessageGroup')) {
        throw invalidParameter('FifoThroughputScope')
      }
      return { ...topic, deduplicationScope: value }
    default:
      throw invalidParameter('AttributeName')
  }
}

function readMessageSize(value: string): number {
  const { topicMessageBytesMin: min, topicMessageBytesMax: max } = snsLimits
  const bytes = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (bytes >= min && bytes <= max) return bytes
  throw invalidParameter(
    `Attributes Reason: MaximumMessageSize must be an integer between ${min} and ${max}`,
  )
}

export function readBoolean(name: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw invalidParameter(`${name}: Invalid value [${value}]. Must be true or false.`)
}

/** A token of a list: base64, so that nobody builds on what is in it. */
export function tokenOf(last: string): string {
  return Buffer.from(last).toString('base64url')
}

export function readToken(token: string | undefined): string | undefined {
  return token ? Buffer.from(token, 'base64url').toString() : undefined
}
