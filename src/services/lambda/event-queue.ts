import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createWaker } from '../../base/waker.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { Document } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { FunctionTarget } from './function-names.ts'
import { withGrace } from './grace.ts'
import { tooManyRequests } from './lambda-errors.ts'
import { limits } from './limits.ts'

/** Events of asynchronous invocations, from their acceptance to their success or end. */
export interface EventQueue {
  /** Durable when resolved; answers the request id. Rejects with `TooManyRequestsException`. */
  accept(scope: Scope, event: NewEvent): Promise<string>
  /** Hands out events until the signal aborts; at rest when resolved. */
  run(signal: AbortSignal): Promise<void>
}

export interface NewEvent {
  readonly target: FunctionTarget
  readonly payload: Uint8Array
  readonly clientContext?: string
}

export interface QueuedEvent {
  readonly target: FunctionTarget
  readonly acceptedMs: number
  readonly dueMs: number
  /** How often user code has seen it. */
  readonly attempts: number
  /** How often there was no room for it since. */
  readonly deferrals: number
  readonly clientContext?: string
}

/** An event that is due, with its payload. */
export interface DueEvent extends QueuedEvent {
  readonly requestId: string
  readonly payload: Uint8Array
}

/** What has become of an event: it is done, or has to wait. */
export type EventFate = 'done' | Pick<QueuedEvent, 'dueMs' | 'attempts' | 'deferrals'>

/** A node that did not accept an event itself finds it after this time. */
const POLL_MS = 1000
const CONCURRENT_MAX = 64
const CONCURRENT_MAX_PER_FUNCTION = 16

interface QueueDeps {
  readonly meta: MetaStore
  readonly background: Background
  /** Runs one event. Its rejection leaves the event as it was, for a later round. */
  readonly handle: (scope: Scope, event: DueEvent, signal: AbortSignal) => Promise<EventFate>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

export function createEventQueue(deps: QueueDeps): EventQueue {
  const { meta, background, handle, clock, random, log, metrics } = deps
  const events = createDocuments<QueuedEvent>(meta, 'lambda/event')
  const payloads = createDocuments<string>(meta, 'lambda/event-payload')
  const waker = createWaker(clock)
  const running = new Map<string, { readonly name: string; readonly work: Promise<void> }>()
  let waitingCount = 0

  async function work({ scope, id, value }: Document<QueuedEvent>, signal: AbortSignal) {
    const requestId = String(id[1])
    const payload = Buffer.from((await payloads.get(scope, requestId)) ?? '', 'base64')
    try {
      const fate = await handle(scope, { ...value, requestId, payload }, signal)
      if (fate === 'done') {
        await events.remove(scope, ...id)
        await payloads.remove(scope, requestId)
      } else {
        await events.update(scope, id, (current) => ({ ...current, ...fate }))
      }
    } catch (error) {
      log.error({ requestId, err: error }, 'an asynchronous event could not be handled')
      await events.update(scope, id, (current) => ({
        ...current,
        dueMs: clock.wallMs() + 10 * POLL_MS,
      }))
    }
  }

  function hasRoom(name: string): boolean {
    const same = [...running.values()].filter((one) => one.name === name).length
    return running.size < CONCURRENT_MAX && same < CONCURRENT_MAX_PER_FUNCTION
  }

  function start(document: Document<QueuedEvent>, signal: AbortSignal): void {
    const { scope, value } = document
    const key = String(document.id[1])
    const name = `${scope.accountId}/${scope.region}/${value.target.name}`
    const done = () => {
      running.delete(key)
      waker.wake()
    }
    running.set(key, { name, work: work(document, signal).then(done, done) })
  }

  /** `late` ends what is still under way when the time for coming to rest is over. */
  async function round(signal: AbortSignal, late: AbortSignal): Promise<number> {
    const nowMs = clock.wallMs()
    let nextMs = nowMs + POLL_MS
    let count = 0
    for await (const document of events.everywhere()) {
      count++
      const { scope, id, value } = document
      const name = `${scope.accountId}/${scope.region}/${value.target.name}`
      if (running.has(String(id[1]))) continue
      if (value.dueMs > nowMs) nextMs = Math.min(nextMs, value.dueMs)
      else if (hasRoom(name) && !signal.aborted) start(document, late)
    }
    waitingCount = count
    metrics.record('headrace_queue_depth', { queue: 'lambda/events' }, count)
    await waker.wait(Math.max(nextMs - nowMs, 1), signal)
    return 0
  }

  return {
    async accept(scope, given) {
      if (waitingCount >= limits.queuedEventsMax) throw tooManyRequests('CallerRateLimitExceeded')
      const requestId = random.uuid()
      const event = newlyQueued(given, clock.wallMs())
      const text = Buffer.from(given.payload).toString('base64')
      await meta.commit({
        puts: [
          ...events.putBatch(scope, [event.target.name, requestId], event).puts,
          ...payloads.putBatch(scope, [requestId], text).puts,
        ],
      })
      waitingCount++
      waker.wake()
      return requestId
    },
    async run(signal) {
      const grace = withGrace(clock, signal)
      const work = (roundSignal: AbortSignal) => round(roundSignal, grace.signal)
      await background.run({ name: 'lambda/events', round: work }, signal)
      await Promise.all([...running.values()].map((one) => one.work))
      grace.release()
    },
  }
}

function newlyQueued({ target, clientContext }: NewEvent, nowMs: number): QueuedEvent {
  const context = clientContext === undefined ? {} : { clientContext }
  return { target, acceptedMs: nowMs, dueMs: nowMs, attempts: 0, deferrals: 0, ...context }
}
