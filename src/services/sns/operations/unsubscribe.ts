import type { SnsOperation } from '../contract.ts'
import { expectArn } from '../sns-errors.ts'
import { subscriptionFor } from './wire-subscription.ts'

/** A subscription that is not there counts as ended, as on AWS. */
export const unsubscribe: SnsOperation<'Unsubscribe'> = {
  name: 'Unsubscribe',
  async run(deps, { SubscriptionArn }, context) {
    const arn = expectArn('SubscriptionArn', SubscriptionArn)
    if (!(await deps.subscriptions.find(arn))) return {}
    const subscription = await subscriptionFor(deps, context, arn, 'Unsubscribe')
    await deps.subscriptions.remove(arn)
    const topic = await deps.topics.find(subscription.topicArn)
    const isHttp = subscription.protocol === 'http' || subscription.protocol === 'https'
    if (topic && isHttp && !subscription.pending) {
      await deps.confirmations.sayFarewell(topic, subscription)
    }
    return {}
  },
}
