import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Background } from '../../engines/meta/background.ts'
import { httpPolicy, retryDelayMs, serviceEndpointPolicy } from './delivery-policy.ts'
import type { EndpointSender } from './endpoint-sender.ts'
import { isPermanent } from './endpoint-sender.ts'
import type { Delivery, Fate, Outbox, OutgoingMessage } from './outbox.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

/** A node that did not accept a message itself finds it after this time. */
const POLL_MS = 1_000
/** Lanes that are served at once: slow HTTP endpoints take no place of queues and functions. */
const LANES_MAX = { http: 256, service: 64 }
/** What one lane sends at once, and before others get a turn. */
const BATCH = 32
const CONCURRENT_MAX = { http: 8, service: 16 }
/** How far behind a group that waits the other groups of a FIFO lane are looked for. */
const FIFO_HEAD = 500
const DEAD_LETTER_RETRY_MS = 20_000

export interface DeliveriesDeps {
  readonly outbox: Outbox
  readonly subscriptions: Subscriptions
  readonly sender: EndpointSender
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/**
 * Takes what waits to its endpoints, at least once each and in order within the groups of FIFO
 * topics; what cannot be delivered goes to the subscription's dead-letter queue. A lane that is slow
 * or fails holds up no other.
 */
export function createDeliveries(deps: DeliveriesDeps) {
  const { outbox, background } = deps
  const serve = createLaneService(deps)
  const active = new Map<string, { readonly kind: Kind; readonly work: Promise<void> }>()
  /** Seen again while they were served: there may be more. */
  const again = new Set<string>()
  let lastLane = ''

  function start(lane: string, kind: Kind, signal: AbortSignal): void {
    const end = () => {
      active.delete(lane)
      const isFull =
        [...active.values()].filter((one) => one.kind === kind).length >= LANES_MAX[kind] - 1
      if (again.delete(lane) || isFull) outbox.wake()
    }
    lastLane = lane
    active.set(lane, { kind, work: serve(lane, kind, signal).then(end, end) })
  }

  /** Starts the lanes that are due, after the one started last; answers when the next one is. */
  async function startLanes(signal: AbortSignal): Promise<number> {
    const nowMs = deps.clock.wallMs()
    let nextMs = nowMs + POLL_MS
    const lanes = await outbox.lanes()
    const turn = [
      ...lanes.filter((one) => one > lastLane),
      ...lanes.filter((one) => one <= lastLane),
    ]
    for (const lane of turn) {
      if (signal.aborted) break
      if (active.has(lane)) {
        again.add(lane)
        continue
      }
      const [first] = await outbox.head(lane, 1)
      if (!first) continue
      if (first.dueMs > nowMs && first.groupId === undefined) {
        nextMs = Math.min(nextMs, first.dueMs)
        continue
      }
      const subscription = (await deps.subscriptions.find(lane)) ?? first.farewell
      const kind = subscription?.protocol.startsWith('http') ? 'http' : 'service'
      const served = [...active.values()].filter((one) => one.kind === kind).length
      if (served < LANES_MAX[kind]) start(lane, kind, signal)
    }
    return Math.max(nextMs - nowMs, 1)
  }

  return {
    async start(signal: AbortSignal): Promise<void> {
      let recovered = false
      await background.run(
        {
          name: 'sns/deliveries',
          async round(running) {
            if (!recovered) await outbox.recover()
            recovered = true
            while (!running.aborted) await outbox.wait(await startLanes(running), running)
            await Promise.all([...active.values()].map(({ work }) => work))
            return 0
          },
        },
        signal,
      )
    },
  }
}

type Kind = 'http' | 'service'

/** Sends one batch of a lane; answers when each of it has its fate written down. */
function createLaneService(deps: DeliveriesDeps) {
  const { outbox, clock, log } = deps
  const fateOf = createFates(deps)

  /** Of a FIFO topic, the first of each group; a group whose first is not due yet waits. */
  function ready(head: ReadonlyArray<Delivery>): ReadonlyArray<Delivery> {
    const groups = new Set<string>()
    return head.filter(({ groupId, dueMs }) => {
      const isFirst = groupId === undefined || !groups.has(groupId)
      if (groupId !== undefined) groups.add(groupId)
      return isFirst && dueMs <= clock.wallMs()
    })
  }

  return async (lane: string, kind: Kind, signal: AbortSignal): Promise<void> => {
    try {
      while (!signal.aborted) {
        const head = await outbox.head(lane, BATCH)
        const isFifo = head[0]?.groupId !== undefined
        const seen = isFifo ? await outbox.head(lane, FIFO_HEAD) : head
        const batch = ready(seen).slice(0, BATCH)
        if (batch.length === 0) return
        const left = [...batch]
        const fates: (readonly [Delivery, Fate])[] = []
        const work = async () => {
          for (let one = left.shift(); one; one = left.shift()) {
            const fate = await fateOf(one, signal)
            if (fate) fates.push([one, fate])
          }
        }
        await Promise.all(Array.from({ length: CONCURRENT_MAX[kind] }, work))
        if (fates.length > 0) await outbox.settle(fates)
      }
    } catch (error) {
      log.error(
        { lane, err: error },
        'the deliveries of a subscription stopped; they are tried again',
      )
      await clock.sleep(POLL_MS, signal)
    }
  }
}

function createFates(deps: DeliveriesDeps) {
  const { outbox, subscriptions, sender, clock, log, metrics } = deps

  const count = (
    name: 'headrace_delivered_records_total' | 'headrace_failed_records_total',
    subscription: Subscription,
  ) => metrics.record(name, { service: 'sns', resource: subscription.topicArn }, 1)

  async function afterFailure(
    delivery: Delivery,
    subscription: Subscription,
    message: OutgoingMessage,
    error: unknown,
  ): Promise<Fate> {
    const isHttp = subscription.protocol.startsWith('http')
    const policy =
      (isHttp ? subscription.deliveryPolicy : undefined) ??
      (isHttp ? httpPolicy : serviceEndpointPolicy)
    const delayMs = isPermanent(error) ? undefined : retryDelayMs(policy, delivery.attempts + 1)
    if (delayMs !== undefined) return { dueMs: clock.wallMs() + delayMs }
    if (subscription.deadLetterArn !== undefined && message.type === 'Notification') {
      try {
        await sender.sendToDeadLetters(subscription, message)
        return 'done'
      } catch (failure) {
        if (!isPermanent(failure)) return { dueMs: clock.wallMs() + DEAD_LETTER_RETRY_MS }
        log.error({ subscription: subscription.arn, err: failure }, 'a dead-letter queue refuses')
      }
    }
    count('headrace_failed_records_total', subscription)
    log.warn(
      { subscription: subscription.arn, messageId: message.messageId, err: error },
      'a message was given up',
    )
    return 'done'
  }

  /** Undefined when the server stops meanwhile: the delivery is as it was. */
  return async (delivery: Delivery, signal: AbortSignal): Promise<Fate | undefined> => {
    const subscription = delivery.farewell ?? (await subscriptions.find(delivery.lane))
    const message = await outbox.message(delivery.messageId)
    if (!subscription || !message) return 'done'
    try {
      await sender.send(subscription, message, signal)
    } catch (error) {
      if (signal.aborted) return undefined
      return afterFailure(delivery, subscription, message, error)
    }
    count('headrace_delivered_records_total', subscription)
    return 'done'
  }
}
