import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createConfirmations } from './confirmations.ts'
import type { SnsDeps } from './contract.ts'
import { createDeliveries } from './deliveries.ts'
import { createEndpointSender } from './endpoint-sender.ts'
import { createMessageSigner } from './message-signer.ts'
import { createOutbox } from './outbox.ts'
import { createPublisher } from './publisher.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createTopicAccess } from './topic-access.ts'
import { createTopicTarget } from './topic-target.ts'
import { createTopics } from './topics.ts'
import type { UnsignedPages } from './unsigned-pages.ts'
import { createUnsignedPages } from './unsigned-pages.ts'

export interface SnsNouns extends SnsDeps {
  /** Topics, for the events of other services. */
  readonly topicTarget: EventTarget
  readonly pages: UnsignedPages
  start(signal: AbortSignal): Promise<void>
}

const FORGET_EVERY_MS = 60_000

/** The nouns of the service, on one another. */
export function createSnsNouns(deps: {
  readonly meta: MetaStore
  readonly background: Background
  /** Queues, functions and delivery streams: what subscriptions of those protocols go to. */
  readonly targets: ReadonlyArray<EventTarget>
  /** Where subscribers reach this server. */
  readonly endpoint: () => string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): SnsNouns {
  const { meta, background } = deps
  const topics = createTopics(meta)
  const subscriptions = createSubscriptions(meta)
  const access = createTopicAccess(meta)
  const outbox = createOutbox(deps)
  const signer = createMessageSigner(deps)
  const sender = createEndpointSender({ ...deps, signer })
  const publisher = createPublisher({ ...deps, outbox, subscriptions })
  const confirmations = createConfirmations({ ...deps, outbox, subscriptions })
  const deliveries = createDeliveries({ ...deps, outbox, subscriptions, sender })
  const forget = {
    name: 'sns/forgetting',
    async round() {
      await publisher.forgetOld()
      await confirmations.forgetOld()
      return FORGET_EVERY_MS
    },
  }
  return {
    topics,
    subscriptions,
    access,
    publisher,
    confirmations,
    sender,
    random: deps.random,
    topicTarget: createTopicTarget({ topics, access, publisher }),
    pages: createUnsignedPages({ topics, subscriptions, confirmations, signer }),
    async start(signal) {
      await Promise.all([deliveries.start(signal), background.run(forget, signal)])
    },
  }
}
