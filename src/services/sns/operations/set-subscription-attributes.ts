import type { SnsOperation } from '../contract.ts'
import { expectArn } from '../sns-errors.ts'
import { subscriptionFor, withSubscriptionAttributes } from './wire-subscription.ts'

export const setSubscriptionAttributes: SnsOperation<'SetSubscriptionAttributes'> = {
  name: 'SetSubscriptionAttributes',
  async run(deps, { SubscriptionArn, AttributeName = '', AttributeValue = '' }, context) {
    const arn = expectArn('SubscriptionArn', SubscriptionArn)
    await subscriptionFor(deps, context, arn, 'SetSubscriptionAttributes')
    await deps.subscriptions.update(arn, (current) =>
      withSubscriptionAttributes(current, { [AttributeName]: AttributeValue }),
    )
    return {}
  },
}
