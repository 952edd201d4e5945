import { createChangeSignal } from '../../base/change-signal.ts'
import { createAbort } from '../../base/child-abort.ts'

/** Who works on what in this process, for those who have to wait until nobody does. */
export interface Holds {
  /** Until the answer is called. */
  hold(id: string): () => void
  /** Resolves when none of them is held. */
  whenFree(ids: ReadonlySet<string>): Promise<void>
}

export function createHolds(): Holds {
  const held = new Set<string>()
  const released = createChangeSignal()
  return {
    hold(id) {
      held.add(id)
      return () => {
        held.delete(id)
        released.notify()
      }
    },
    async whenFree(ids) {
      const { signal } = createAbort()
      while ([...held].some((id) => ids.has(id))) await released.wait(signal)
    },
  }
}
