/** Bytes that many connections share. Whoever does not get them at once waits in line. */
export interface MemoryBudget {
  /** False when they are not free, or others wait for theirs. */
  tryTake(bytes: number): boolean
  /** Resolves true once they are taken; false, with nothing taken, when the signal aborts. */
  take(bytes: number, signal: AbortSignal): Promise<boolean>
  give(bytes: number): void
}

interface Waiter {
  readonly bytes: number
  readonly wake: (taken: boolean) => void
}

export function createMemoryBudget(max: number): MemoryBudget {
  let free = max
  const waiters = new Set<Waiter>()

  function serveWaiters(): void {
    for (const waiter of waiters) {
      if (waiter.bytes > free) return
      free -= waiter.bytes
      waiters.delete(waiter)
      waiter.wake(true)
    }
  }

  function tryTake(bytes: number): boolean {
    if (waiters.size > 0 || bytes > free) return false
    free -= bytes
    return true
  }

  return {
    tryTake,
    take(bytes, signal) {
      if (signal.aborted) return Promise.resolve(false)
      if (tryTake(bytes)) return Promise.resolve(true)
      return new Promise((resolve) => {
        const giveUp = () => {
          waiters.delete(waiter)
          resolve(false)
          serveWaiters()
        }
        const waiter: Waiter = {
          bytes,
          wake(taken) {
            signal.removeEventListener('abort', giveUp)
            resolve(taken)
          },
        }
        waiters.add(waiter)
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
    give(bytes) {
      free += bytes
      serveWaiters()
    },
  }
}
