import type { Clock } from './clock.ts'

/** A bell that rings for all who wait, and for the next one when nobody does. */
export function createWaker(clock: Clock) {
  let rung = false
  let ring: (() => void) | undefined
  return {
    wake(): void {
      rung = true
      ring?.()
    },
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      if (!rung) {
        const stop = new AbortController()
        const bell = new Promise<void>((resolve) => {
          ring = resolve
        })
        const onAbort = () => stop.abort()
        signal.addEventListener('abort', onAbort, { once: true })
        if (signal.aborted) onAbort()
        await Promise.race([bell, clock.sleep(ms, stop.signal)])
        signal.removeEventListener('abort', onAbort)
        stop.abort()
        ring = undefined
      }
      rung = false
    },
  }
}
