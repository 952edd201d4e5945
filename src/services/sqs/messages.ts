import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createHandling } from './handling.ts'
import { limits } from './limits.ts'
import { countInFlight, countMessages } from './message-counts.ts'
import type { NextOrder } from './message-order.ts'
import type { MessageRows } from './message-rows.ts'
import type { OwnedQueue } from './queue.ts'
import type { QueueSignals } from './queue-signals.ts'
import type { InTurn } from './queue-turns.ts'
import type { Queues } from './queues.ts'
import type { Delivered } from './receiving.ts'
import { createReceiving } from './receiving.ts'
import { createSending } from './sending.ts'

export interface MessagesDeps {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly rows: MessageRows
  readonly inTurn: InTurn
  readonly signals: QueueSignals
  readonly queues: Queues
  readonly nextOrder: NextOrder
}

export interface ReceiveOptions {
  readonly count: number
  readonly waitMs: number
  readonly visibilityMs: number
  /** Of FIFO queues: the same id is given the same messages again. */
  readonly attemptId?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** How long a receive may overlook what another node sent. */
const SHARED_POLL_MS = 500
const COUNTED_FOR_MS = 10_000
const NEVER = new AbortController().signal

/** The messages of all queues. What is sent, received or removed is so durably when resolved. */
export function createMessages(deps: MessagesDeps) {
  const { meta, clock, signals } = deps
  const send = createSending(deps)
  const receiving = createReceiving(deps)
  const flights = createFlights(deps)

  async function receive(
    queue: OwnedQueue,
    options: ReceiveOptions,
  ): Promise<ReadonlyArray<Delivered>> {
    const { waitMs, signal = NEVER } = options
    const untilMs = clock.monotonicMs() + waitMs
    for (;;) {
      const stop = new AbortController()
      const onAbort = () => stop.abort()
      signal.addEventListener('abort', onAbort, { once: true })
      const changed = signals.wait(queue.id, stop.signal)
      try {
        if (!(await flights.hasRoom(queue))) return []
        const delivered = await receiving.take(queue, options)
        flights.add(queue, delivered.length)
        const leftMs = untilMs - clock.monotonicMs()
        if (delivered.length > 0 || leftMs <= 0 || signal.aborted) return delivered
        const nextMs = (await receiving.nextVisibleMs(queue)) ?? Number.POSITIVE_INFINITY
        const restMs = Math.min(
          leftMs,
          Math.max(nextMs - clock.wallMs(), 1),
          meta.capabilities.shared ? SHARED_POLL_MS : leftMs,
        )
        await Promise.race([changed, clock.sleep(restMs, stop.signal)])
        if (signal.aborted) return []
      } finally {
        signal.removeEventListener('abort', onAbort)
        stop.abort()
      }
    }
  }

  return {
    send,
    receive,
    ...createHandling(deps, (queue) => flights.add(queue, -1)),
    counts: (queue: OwnedQueue) => countMessages(meta, queue, clock.wallMs()),
  }
}

/** Messages in flight by queue, counted now and then, and kept up in between. */
function createFlights({ meta, clock }: MessagesDeps) {
  const counted = new Map<string, { count: number; readonly untilMs: number }>()
  return {
    /** AWS: a standard queue says `OverLimit`, a FIFO queue answers nothing. */
    async hasRoom(queue: OwnedQueue): Promise<boolean> {
      const nowMs = clock.monotonicMs()
      let known = counted.get(queue.id)
      if (!known || known.untilMs <= nowMs) {
        const count = await countInFlight(meta, queue, {
          nowMs: clock.wallMs(),
          max: limits.inFlightMax,
        })
        known = { count, untilMs: nowMs + COUNTED_FOR_MS }
        counted.set(queue.id, known)
      }
      if (known.count < limits.inFlightMax) return true
      if (queue.settings.fifo) return false
      throw new ServiceError(
        'OverLimit',
        'Too many messages in flight: delete those that are processed.',
        { status: 403 },
      )
    },
    add(queue: OwnedQueue, count: number): void {
      const known = counted.get(queue.id)
      if (known) known.count += count
    },
  }
}
