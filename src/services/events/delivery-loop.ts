import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget, HttpParts, TargetEvent } from '../../base/event-target.ts'
import { TryLater } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { ArchivedEvents } from './archived-events.ts'
import type { BusEvent } from './bus-event.ts'
import { createEventMatching } from './event-matching.ts'
import type { Arrival, Delivery, EventQueue, Retry, Waiting } from './event-queue.ts'
import { eventLimits } from './limits.ts'
import type { Rules, RuleTarget } from './rules.ts'
import { createSlowTargets } from './slow-targets.ts'
import type { TargetCheck } from './target-check.ts'
import { EVENTS_PRINCIPAL, kindOf } from './target-check.ts'
import { inputFor, valueAt } from './target-input.ts'

const BATCH = 200
const CONCURRENCY_MAX = 32
/** What takes longer is tried again. */
const DELIVERY_TIMEOUT_MS = 10_000
const BACK_OFF_FIRST_MS = 1_000
const BACK_OFF_MAX_MS = 600_000
const REST_MAX_MS = 60_000
/** When a delivery comes again that found its target busy. */
const BUSY_REST_MS = 1_000

/**
 * Matches the events of the queue and takes them to the targets of the rules, at least once each. What
 * fails is tried again with growing rests as long as the target's retry policy says.
 */
export function createDeliveryLoop(deps: {
  readonly queue: EventQueue
  readonly rules: Rules
  readonly archivedEvents: ArchivedEvents
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly targetCheck: TargetCheck
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}) {
  const { queue, rules, archivedEvents, targets, targetCheck, background, clock, log } = deps
  const settle = createOutcome(deps)
  const slow = createSlowTargets(clock)
  const matching = createEventMatching(rules)

  async function send(delivery: Delivery): Promise<void> {
    const { target, scope, ruleArn: arn } = delivery
    const { roleArn } = target
    const receiver = targets.get(kindOf(target.arn) ?? '')
    if (!receiver) throw new ServiceError('NO_RESOURCE', `${target.arn} cannot be reached.`)
    if (roleArn !== undefined) await targetCheck.requireRole({ scope, arn }, roleArn)
    const source = { principal: EVENTS_PRINCIPAL, sourceArn: arn, scope }
    const sender = { ...source, ...(roleArn !== undefined && { roleArn }) }
    const stop = new AbortController()
    const late = clock.sleep(DELIVERY_TIMEOUT_MS, stop.signal).then(() => {
      if (!stop.signal.aborted) throw new Error(`${target.arn} did not answer in time`)
    })
    try {
      const taken = () => receiver.deliver(target.arn, messageOf(delivery), sender)
      await slow.watch(target.arn, () => Promise.race([taken(), late]))
    } finally {
      stop.abort()
    }
  }

  async function attempt(delivery: Delivery): Promise<ReadonlyArray<Retry>> {
    try {
      await send(delivery)
      const labels = { service: 'events', resource: delivery.ruleArn }
      deps.metrics.record('headrace_delivered_records_total', labels, 1)
      return []
    } catch (error) {
      const isInLine = error instanceof TryLater && !error.isAttempt
      if (!isInLine) {
        log.warn({ arn: delivery.target.arn, err: error }, 'an event was not taken by its target')
      }
      return settle(delivery, error)
    }
  }

  /** What is on its way to a slow target waits in the queue of deliveries, and holds up nobody. */
  async function first(delivery: Delivery): Promise<ReadonlyArray<Retry>> {
    const isSlow = slow.has(delivery.target.arn)
    return isSlow ? [{ dueMs: clock.wallMs(), delivery }] : attempt(delivery)
  }

  async function again({ value }: Waiting<Delivery>): Promise<ReadonlyArray<Retry>> {
    const isBusy = slow.isBusy(value.target.arn)
    return isBusy ? [{ dueMs: clock.wallMs() + BUSY_REST_MS, delivery: value }] : attempt(value)
  }

  async function match({ value }: Waiting<Arrival>): Promise<ReadonlyArray<Retry>> {
    const deliveries = await matching(value, clock.wallMs())
    return (await Promise.all(deliveries.map(first))).flat()
  }

  /** Answers whether there may be more at once. */
  async function takeArrivals(): Promise<boolean> {
    const arrivals = await queue.arrivals(BATCH)
    if (arrivals.length === 0) return false
    const retries = (await inTurns(arrivals, match)).flat()
    // Not done when another change of an archive was in between: then it is looked at anew.
    while (!(await queue.settle({ arrivals }, retries, await archivedEvents.keep(arrivals))));
    return true
  }

  async function takeDeliveries(): Promise<boolean> {
    const deliveries = await queue.due(BATCH)
    if (deliveries.length === 0) return false
    await queue.settle({ deliveries }, (await inTurns(deliveries, again)).flat())
    return true
  }

  async function followArrivals(running: AbortSignal): Promise<number> {
    if (!(await takeArrivals())) await queue.waitForArrivals(REST_MAX_MS, running)
    return 0
  }

  async function followDeliveries(running: AbortSignal): Promise<number> {
    if (await takeDeliveries()) return 0
    const dueMs = (await queue.nextDueMs()) ?? Number.POSITIVE_INFINITY
    const restMs = Math.min(Math.max(dueMs - clock.wallMs(), 0), REST_MAX_MS)
    if (restMs > 0) await queue.waitForDeliveries(restMs, running)
    return 0
  }

  return {
    async start(signal: AbortSignal): Promise<void> {
      await Promise.all([
        background.run({ name: 'events/matching', round: followArrivals }, signal),
        background.run({ name: 'events/delivery', round: followDeliveries }, signal),
      ])
    },
  }
}

/** What follows a failure: another attempt, the dead-letter queue, or the end. */
function createOutcome(deps: {
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}) {
  const { targets, clock, log, metrics } = deps

  async function bury(delivery: Delivery, error: unknown, condition: string): Promise<boolean> {
    const { target, ruleArn: sourceArn, scope } = delivery
    if (target.deadLetterArn === undefined) return true
    const code = error instanceof ServiceError ? error.code : 'INTERNAL_ERROR'
    const attributes = {
      RULE_ARN: text(sourceArn),
      TARGET_ARN: text(target.arn),
      ERROR_CODE: text(code),
      ERROR_MESSAGE: text(error instanceof Error ? error.message || code : code),
      RETRY_ATTEMPTS: { dataType: 'Number', text: String(delivery.attempts) },
      ...(condition && { EXHAUSTED_RETRY_CONDITION: text(condition) }),
    }
    try {
      const body = Buffer.from(JSON.stringify(delivery.event))
      const sender = { principal: EVENTS_PRINCIPAL, sourceArn, scope }
      await targets
        .get(kindOf(target.deadLetterArn) ?? '')
        ?.deliver(target.deadLetterArn, { body, attributes }, sender)
      return true
    } catch (cause) {
      log.warn({ arn: target.deadLetterArn, err: cause }, 'a dead-letter queue took no event')
      return false
    }
  }

  return async (delivery: Delivery, error: unknown): Promise<ReadonlyArray<Retry>> => {
    const { target, attempts, createdMs } = delivery
    const ageMs = (target.ageSecondsMax ?? eventLimits.eventAgeSecondsMax) * 1_000
    const isOld = clock.wallMs() - createdMs >= ageMs
    const isAttempt = !(error instanceof TryLater) || error.isAttempt
    const isTried = isAttempt && attempts >= (target.retriesMax ?? eventLimits.retriesMax)
    // AWS: a target that is gone or refuses is not tried again.
    const isFinal = error instanceof ServiceError && error.status < 500 && error.status !== 429
    const condition = isOld ? 'MaximumEventAgeInSeconds' : isTried ? 'MaximumRetryAttempts' : ''
    const isOver = isFinal || condition !== ''
    if (isOver && (await bury(delivery, error, isFinal ? '' : condition))) {
      const labels = { service: 'events', resource: delivery.ruleArn }
      metrics.record('headrace_failed_records_total', labels, 1)
      return []
    }
    const backOffMs = Math.min(BACK_OFF_FIRST_MS * 2 ** attempts, BACK_OFF_MAX_MS)
    const restMs = error instanceof TryLater ? error.restMs : backOffMs
    const later = { ...delivery, attempts: isAttempt ? attempts + 1 : attempts }
    return [{ dueMs: clock.wallMs() + restMs, delivery: later }]
  }
}

function messageOf({ target, event, ruleArn: arn }: Delivery): TargetEvent {
  const { partitionKeyPath, messageGroupId } = target
  const key = partitionKeyPath === undefined ? event.id : valueAt(event, partitionKeyPath)
  return {
    body: Buffer.from(inputFor(target, event, arn)),
    eventId: event.id,
    partitionKey: typeof key === 'string' ? key : (JSON.stringify(key) ?? event.id),
    ...(messageGroupId !== undefined && { groupId: messageGroupId }),
    ...(kindOf(target.arn) === 'api-destination' && { http: httpOf(target, event, arn) }),
  }
}

function httpOf({ id, http }: RuleTarget, event: BusEvent, ruleArn: string): HttpParts {
  const read = (text: string) => {
    if (!text.startsWith('$.')) return text
    const value = valueAt(event, text)
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  }
  const all = (given: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, read(value)]))
  return {
    deliveryId: `${event.id} ${ruleArn} ${id}`,
    pathValues: (http?.pathValues ?? []).map(read),
    query: all(http?.query),
    headers: all(http?.headers),
  }
}

async function inTurns<T, R>(items: ReadonlyArray<T>, run: (item: T) => Promise<R>): Promise<R[]> {
  const rest = [...items]
  const results: R[] = []
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      results.push(await run(item))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY_MAX }, work))
  return results
}

function text(value: string) {
  return { dataType: 'String', text: value }
}
