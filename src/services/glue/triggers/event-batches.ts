import { ServiceError } from '../../../base/errors.ts'
import { limits } from '../limits.ts'
import type { Trigger } from './triggers.ts'

/** Events that start one run of a workflow, and what made them enough: their number or their age. */
export interface EventBatch {
  readonly eventIds: ReadonlyArray<string>
  readonly size?: number
  readonly windowSeconds?: number
}

/** With one more event; with one more firing when the batch is full. An event counts once. */
export function gathered(trigger: Trigger, eventId: string, nowMs: number): Trigger {
  const { seen, waiting, firings, batching } = trigger
  if (seen.includes(eventId)) return trigger
  if (firings.length >= limits.firingsMax) throw tooManyFirings(trigger.name)
  const next: Trigger = {
    ...trigger,
    seen: [...seen, eventId].slice(-limits.eventsSeenMax),
    waiting: {
      sinceMs: waiting?.sinceMs ?? nowMs,
      eventIds: [...(waiting?.eventIds ?? []), eventId],
    },
  }
  const isFull = (next.waiting?.eventIds.length ?? 0) >= (batching?.size ?? 1)
  return isFull ? takeBatch(next, 'size', nowMs) : next
}

/** With a firing for the events that wait. */
export function takeBatch(trigger: Trigger, by: 'size' | 'window', nowMs: number): Trigger {
  const { waiting, batching, ...rest } = trigger
  if (!waiting) return trigger
  const { eventIds } = waiting
  const firing = {
    cause: `events/${eventIds[0]}`,
    timeMs: nowMs,
    batch: {
      eventIds,
      ...(by === 'size' ? { size: eventIds.length } : { windowSeconds: windowOf(trigger) }),
    },
  }
  return { ...rest, ...(batching && { batching }), firings: [...trigger.firings, firing] }
}

/** When the window of the events that wait is over. */
export function windowEndMs(trigger: Trigger): number | undefined {
  return trigger.waiting && trigger.waiting.sinceMs + windowOf(trigger) * 1000
}

const windowOf = ({ batching }: Trigger) => batching?.windowSeconds ?? limits.batchWindowSeconds

const tooManyFirings = (name: string) =>
  new ServiceError(
    'ThrottlingException',
    `Trigger ${name} has too many batches of events waiting`,
    {
      status: 429,
    },
  )
