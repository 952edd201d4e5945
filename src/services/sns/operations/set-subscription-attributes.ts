import type { SnsOperation } from '../contract.ts'
import { expectArn, notBuilt } from '../sns-errors.ts'
import { subscriptionFor, withSubscriptionAttributes } from './wire-subscription.ts'

export const setSubscriptionAttributes: SnsOperation<'SetSubscriptionAttributes'> = {
  name: 'SetSubscriptionAttributes',
  async run(deps, { SubscriptionArn, AttributeName = '', AttributeValue = '' }, context) {
    const arn = expectArn('SubscriptionArn', SubscriptionArn)
    if (AttributeName === 'RedrivePolicy' && AttributeValue !== '' && !deps.sender.serves('sqs')) {
      throw notBuilt('The subscription attribute RedrivePolicy')
    }
    await subscriptionFor(deps, context, arn, 'SetSubscriptionAttributes')
    await deps.subscriptions.update(arn, (current) =>
      withSubscriptionAttributes(current, { [AttributeName]: AttributeValue }),
    )
    return {}
  },
}
