import { EngineError } from '../../../base/errors.ts'

/** A bounded count of things at once, with a bounded queue in front, first come first served. */
export interface Slots {
  /** Resolves with the way to give the slot back. Rejects `timeout` on abort, `full` beyond. */
  acquire(signal?: AbortSignal): Promise<() => void>
  /** Everyone who waits is refused. */
  close(): void
}

interface Waiter {
  readonly grant: () => void
  readonly refuse: (error: EngineError) => void
}

export function createSlots(options: {
  readonly sessionsMax: number
  readonly waitersMax: number
  readonly onDepth: (depth: number) => void
}): Slots {
  const waiters = new Set<Waiter>()
  let free = options.sessionsMax

  function releaseOnce(): () => void {
    let held = true
    return () => {
      if (!held) return
      held = false
      const [next] = waiters
      if (!next) {
        free++
        return
      }
      waiters.delete(next)
      options.onDepth(waiters.size)
      next.grant()
    }
  }

  function wait(signal: AbortSignal | undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.refuse(new EngineError('timeout', 'gave up waiting'))
      const waiter: Waiter = {
        grant() {
          signal?.removeEventListener('abort', onAbort)
          resolve(releaseOnce())
        },
        refuse(error) {
          waiters.delete(waiter)
          options.onDepth(waiters.size)
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
      }
      waiters.add(waiter)
      options.onDepth(waiters.size)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  return {
    async acquire(signal) {
      if (signal?.aborted) throw new EngineError('timeout', 'gave up before it began')
      if (free > 0) {
        free--
        return releaseOnce()
      }
      if (waiters.size >= options.waitersMax) {
        throw new EngineError('full', `${waiters.size} sessions wait already`)
      }
      return wait(signal)
    },
    close() {
      for (const waiter of waiters) {
        waiter.refuse(new EngineError('unavailable', 'the query engine is closed'))
      }
    },
  }
}
