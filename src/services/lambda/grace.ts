import { createAbort } from '../../base/child-abort.ts'
import type { Clock } from '../../base/clock.ts'

/** How long work that is under way may go on when the server stops; then its function is ended. */
const GRACE_MS = 5_000

/** Aborts some time after `signal` does; any number may listen. `release` when the work is done. */
export function withGrace(
  clock: Clock,
  signal: AbortSignal,
): { readonly signal: AbortSignal; release(): void } {
  const late = createAbort()
  const over = new AbortController()
  const onAbort = () =>
    void clock.sleep(GRACE_MS, over.signal).then(() => {
      if (!over.signal.aborted) late.abort()
    })
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: late.signal,
    release() {
      signal.removeEventListener('abort', onAbort)
      over.abort()
    },
  }
}
