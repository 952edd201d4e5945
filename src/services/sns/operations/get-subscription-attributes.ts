import type { SnsOperation } from '../contract.ts'
import { expectArn } from '../sns-errors.ts'
import { subscriptionAttributes, subscriptionFor } from './wire-subscription.ts'

export const getSubscriptionAttributes: SnsOperation<'GetSubscriptionAttributes'> = {
  name: 'GetSubscriptionAttributes',
  async run(deps, { SubscriptionArn }, context) {
    const arn = expectArn('SubscriptionArn', SubscriptionArn)
    const found = await subscriptionFor(deps, context, arn, 'GetSubscriptionAttributes')
    return { Attributes: subscriptionAttributes(found) }
  },
}
