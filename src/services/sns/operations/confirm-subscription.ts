import type { SnsOperation } from '../contract.ts'
import { readBoolean, topicFor } from './wire-topic.ts'

/** Asked for by a signed request; whoever has the token may come unsigned, by the SubscribeURL. */
export const confirmSubscription: SnsOperation<'ConfirmSubscription'> = {
  name: 'ConfirmSubscription',
  async run(deps, { TopicArn, Token = '', AuthenticateOnUnsubscribe }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'Subscribe')
    const authenticated =
      AuthenticateOnUnsubscribe !== undefined &&
      readBoolean('AuthenticateOnUnsubscribe', AuthenticateOnUnsubscribe)
    const { arn } = await deps.confirmations.confirm(topic.arn, Token, authenticated)
    return { SubscriptionArn: arn }
  },
}
