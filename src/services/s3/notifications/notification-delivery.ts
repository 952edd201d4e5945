import type { Clock } from '../../../base/clock.ts'
import type { EventTarget } from '../../../base/event-target.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { NoticeEntry, Outbox } from './outbox.ts'

const BATCH = 200
const CONCURRENCY_MAX = 16
const DELIVERY_TIMEOUT_MS = 60_000
const BACK_OFF_FIRST_MS = 1_000
const BACK_OFF_MAX_MS = 300_000
/** AWS gives up on a destination that does not take events for this long. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000
const REST_MAX_MS = 60_000

/**
 * Takes the outbox to the destinations, at least once each. A destination that fails is tried again
 * with growing rests, for a day, and holds up nothing but its own events.
 */
export function createNotificationDelivery(deps: {
  readonly outbox: Outbox
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}) {
  const { outbox, targets, background, clock, log, metrics } = deps

  async function attempt({ notice }: NoticeEntry, signal: AbortSignal): Promise<boolean> {
    const target = targets.get(notice.service)
    if (!target) return false
    const late = new AbortController()
    const delivered = target
      .deliver(notice.arn, { body: Buffer.from(notice.message) }, notice.sender)
      .then(
        () => true,
        (error: unknown) => {
          log.warn(
            { arn: notice.arn, err: error },
            'an S3 event was not taken; it will be tried again',
          )
          return false
        },
      )
    const end = AbortSignal.any([signal, late.signal])
    const overdue = clock.sleep(DELIVERY_TIMEOUT_MS, end).then(() => false)
    const taken = await Promise.race([delivered, overdue])
    late.abort()
    return taken
  }

  async function deliver(entry: NoticeEntry, signal: AbortSignal): Promise<void> {
    const { arn, attempts, createdMs } = entry.notice
    if (await attempt(entry, signal)) {
      metrics.record('headrace_delivered_records_total', { service: 's3', resource: arn }, 1)
      return outbox.done(entry)
    }
    if (signal.aborted) return
    if (clock.wallMs() - createdMs > GIVE_UP_AFTER_MS) {
      metrics.record('headrace_failed_records_total', { service: 's3', resource: arn }, 1)
      log.error({ arn, message: entry.notice.message }, 'an S3 event is given up after a day')
      return outbox.done(entry)
    }
    const restMs = Math.min(BACK_OFF_FIRST_MS * 2 ** attempts, BACK_OFF_MAX_MS)
    await outbox.retry(entry, clock.wallMs() + restMs)
  }

  /** Answers whether there may be more at once. */
  async function round(signal: AbortSignal): Promise<boolean> {
    const entries = [...(await outbox.due(BATCH))]
    const full = entries.length === BATCH
    const work = async () => {
      for (let entry = entries.shift(); entry; entry = entries.shift()) await deliver(entry, signal)
    }
    await Promise.all(Array.from({ length: CONCURRENCY_MAX }, work))
    return full
  }

  return {
    start: (signal: AbortSignal): Promise<void> =>
      background.run(
        {
          name: 's3/notifications',
          async round(running) {
            while (!running.aborted) {
              if (await round(running)) continue
              const dueMs = (await outbox.nextDueMs()) ?? Number.POSITIVE_INFINITY
              const restMs = Math.min(Math.max(dueMs - clock.wallMs(), 0), REST_MAX_MS)
              if (restMs > 0) await outbox.wait(restMs, running)
            }
            return 0
          },
        },
        signal,
      ),
  }
}
