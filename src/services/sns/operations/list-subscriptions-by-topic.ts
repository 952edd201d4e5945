import type { SnsOperation } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { listedSubscription } from './wire-subscription.ts'
import { readToken, tokenOf, topicFor } from './wire-topic.ts'

export const listSubscriptionsByTopic: SnsOperation<'ListSubscriptionsByTopic'> = {
  name: 'ListSubscriptionsByTopic',
  async run(deps, { TopicArn, NextToken }, context) {
    const { arn } = await topicFor(deps, context, TopicArn, 'ListSubscriptionsByTopic')
    const limit = snsLimits.pageSize + 1
    const found = await deps.subscriptions.ofTopic(arn, readToken(NextToken), limit)
    const shown = found.slice(0, snsLimits.pageSize)
    const last = shown.at(-1)
    return {
      Subscriptions: shown.map(listedSubscription),
      ...(found.length > shown.length && last && { NextToken: tokenOf(last.id) }),
    }
  },
}
