/**
 * Shares rounds: who calls gets a round that began after the call, and all who call while one is under
 * way share the next.
 */
export function createBarrier(round: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    if (next) return next
    const start = () => {
      running = next ?? running
      next = undefined
      return round()
    }
    next = running.then(start, start)
    return next
  }
}
