import type { Clock } from '../../src/base/clock.ts'

/** A clock that stands still until `advance` is called; sleepers wake in the order of their time. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)) {
  let nowMs = startMs
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()

  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve()
        const sleeper = {
          untilMs: nowMs + ms,
          wake() {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', sleeper.wake)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake, { once: true })
      }),
  }

  /** Moves time on by `ms`, stopping at each sleeper, and lets code run before and in between. */
  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms
    await settle()
    for (;;) {
      const [next] = [...sleepers]
        .filter((sleeper) => sleeper.untilMs <= endMs)
        .sort((a, b) => a.untilMs - b.untilMs)
      if (!next) break
      nowMs = Math.max(nowMs, next.untilMs)
      next.wake()
      await settle()
    }
    nowMs = endMs
    await settle()
  }

  /** Moves time on in small steps until `isDone`, for code that also does real work, off the clock. */
  async function advanceUntil(isDone: () => boolean, stepMs = 100): Promise<void> {
    const deadlineMs = Date.now() + 20_000
    while (!isDone()) {
      if (Date.now() > deadlineMs) throw new Error('it did not come about within 20 seconds')
      await advance(stepMs)
    }
  }

  return { clock, advance, advanceUntil, sleeperCount: () => sleepers.size }
}

/** Lets promises that are already resolved run on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}
