import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { snsLimits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { invalidParameter } from './sns-errors.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'
import type { Topic } from './topics.ts'

/** The tokens by which HTTP endpoints agree to be sent to. */
export interface Confirmations {
  /** Durable when resolved: the endpoint will be asked. */
  request(topic: Topic, subscription: Subscription): Promise<void>
  /** Tells an endpoint that it was unsubscribed, with a token to come back. */
  sayFarewell(topic: Topic, subscription: Subscription): Promise<void>
  /** Rejects with `InvalidParameter` for a token that is unknown or too old. */
  confirm(topicArn: string, token: string, bySignature: boolean): Promise<Subscription>
  /** Forgets tokens that are too old, with the subscriptions that they were to confirm. */
  forgetOld(): Promise<void>
}

interface TokenRow {
  readonly subscription: Subscription
  readonly createdMs: number
}

/** Tokens name their account themselves. */
const everywhere = { accountId: '', region: '' }

export function createConfirmations(deps: {
  readonly meta: MetaStore
  readonly outbox: Outbox
  readonly subscriptions: Subscriptions
  readonly clock: Clock
  readonly random: Random
}): Confirmations {
  const { meta, outbox, subscriptions, clock, random } = deps
  const tokens = createDocuments<TokenRow>(meta, 'sns/token')
  const idOf = (token: string) => createHash('sha256').update(token).digest('hex')

  async function send(
    type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
    topic: Topic,
    subscription: Subscription,
  ): Promise<void> {
    const token = random.bytes(128).toString('hex')
    const createdMs = clock.wallMs()
    const message = {
      type,
      messageId: random.uuid(),
      topicArn: topic.arn,
      text: textOf(type, topic.arn, subscription.arn),
      timestamp: dateOf(createdMs).toISOString(),
      attributes: {},
      signatureVersion: topic.signatureVersion,
      token,
    }
    await meta.commit({
      puts: [
        ...tokens.putBatch(everywhere, [idOf(token)], { subscription, createdMs }).puts,
        ...outbox.puts(message, [subscription]),
      ],
    })
    outbox.committed(1)
  }

  return {
    request: (topic, subscription) => send('SubscriptionConfirmation', topic, subscription),
    sayFarewell: (topic, subscription) => send('UnsubscribeConfirmation', topic, subscription),
    async confirm(topicArn, token, bySignature) {
      const row = await tokens.get(everywhere, idOf(token))
      const oldest = clock.wallMs() - snsLimits.tokenSeconds * 1000
      if (!row || row.createdMs < oldest || row.subscription.topicArn !== topicArn) {
        throw invalidParameter('Token')
      }
      const there = (await subscriptions.find(row.subscription.arn)) ?? row.subscription
      if (!there.pending && (await subscriptions.find(there.arn))) return there
      const confirmed = { ...there, pending: false, confirmedBySignature: bySignature }
      await subscriptions.create(confirmed)
      return confirmed
    },
    async forgetOld() {
      const oldest = clock.wallMs() - snsLimits.tokenSeconds * 1000
      for await (const { scope, id, value } of tokens.everywhere()) {
        if (value.createdMs >= oldest) continue
        const there = await subscriptions.find(value.subscription.arn)
        if (there?.pending) await subscriptions.remove(there.arn)
        await tokens.remove(scope, ...id)
      }
    },
  }
}

function textOf(type: string, topicArn: string, subscriptionArn: string): string {
  return type === 'SubscriptionConfirmation'
    ? `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
    : `You have chosen to deactivate subscription ${subscriptionArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`
}
