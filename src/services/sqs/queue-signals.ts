import type { ChangeSignal } from '../../base/change-signal.ts'
import { createChangeSignal } from '../../base/change-signal.ts'

/** Wakes those who wait for messages of a queue. */
export interface QueueSignals {
  notify(queueId: string): void
  wait(queueId: string, signal: AbortSignal): Promise<void>
}

export function createQueueSignals(): QueueSignals {
  const waiting = new Map<string, { readonly changes: ChangeSignal; count: number }>()
  return {
    notify: (queueId) => waiting.get(queueId)?.changes.notify(),
    async wait(queueId, signal) {
      const entry = waiting.get(queueId) ?? { changes: createChangeSignal(), count: 0 }
      waiting.set(queueId, entry)
      entry.count++
      await entry.changes.wait(signal)
      entry.count--
      if (entry.count === 0 && waiting.get(queueId) === entry) waiting.delete(queueId)
    },
  }
}
