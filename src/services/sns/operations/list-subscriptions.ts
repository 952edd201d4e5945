import type { SnsOperation } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { listedSubscription } from './wire-subscription.ts'
import { readToken, tokenOf } from './wire-topic.ts'

export const listSubscriptions: SnsOperation<'ListSubscriptions'> = {
  name: 'ListSubscriptions',
  async run({ subscriptions }, { NextToken }, context) {
    const found = await subscriptions.list(context, readToken(NextToken), snsLimits.pageSize + 1)
    const shown = found.slice(0, snsLimits.pageSize)
    const last = shown.at(-1)
    return {
      Subscriptions: shown.map(listedSubscription),
      ...(found.length > shown.length && last && { NextToken: tokenOf(last.arn) }),
    }
  },
}
