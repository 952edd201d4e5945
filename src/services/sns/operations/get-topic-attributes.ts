import type { SnsOperation } from '../contract.ts'
import { httpPolicy } from '../delivery-policy.ts'
import { allOf } from '../subscriptions.ts'
import { messageBytesMaxOf, scopeOfArn } from '../topics.ts'
import { topicFor } from './wire-topic.ts'

export const getTopicAttributes: SnsOperation<'GetTopicAttributes'> = {
  name: 'GetTopicAttributes',
  async run(deps, { TopicArn }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'GetTopicAttributes')
    const all = await allOf((after) => deps.subscriptions.ofTopic(topic.arn, after, 1_000))
    const pending = all.filter((one) => one.pending).length
    return {
      Attributes: {
        TopicArn: topic.arn,
        DisplayName: topic.displayName,
        Owner: scopeOfArn(topic.arn).accountId,
        Policy: await deps.access.policyText(topic),
        EffectiveDeliveryPolicy: JSON.stringify(effectivePolicy),
        SubscriptionsConfirmed: String(all.length - pending),
        SubscriptionsPending: String(pending),
        // AWS counts here with a long delay; nothing of ours depends on it.
        SubscriptionsDeleted: '0',
        SignatureVersion: topic.signatureVersion,
        MaximumMessageSize: String(messageBytesMaxOf(topic)),
        ...(topic.fifo && {
          FifoTopic: 'true',
          ContentBasedDeduplication: String(topic.contentBasedDeduplication),
          FifoThroughputScope: topic.deduplicationScope ?? 'Topic',
        }),
      },
    }
  },
}

const effectivePolicy = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: httpPolicy.minDelaySeconds,
      maxDelayTarget: httpPolicy.maxDelaySeconds,
      numRetries: httpPolicy.retries,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: httpPolicy.backOff,
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
}
