import type { Clock } from '../../../base/clock.ts'
import { measureMemory } from './process-memory.ts'

/** A process whose resident memory is held to a limit. */
export interface Watched {
  readonly processId: number
  readonly limitBytes: number
  /** Highest size seen by any look. */
  peakBytes: number
  readonly onExceeded: () => void
}

/**
 * Looks at the memory of all children in turns. Between two looks a child can grow beyond its limit;
 * `prlimit --data` (see `child-process.ts`) bounds by how much.
 */
export interface MemoryWatch {
  add(watched: Watched): void
  remove(watched: Watched): void
  /** Looks now, so that the peak of a short event is known. */
  look(watched: Watched): Promise<number>
  close(): void
}

/** Resting children are looked at less often: user code hardly runs in them. */
const BUSY_INTERVAL_MS = 50
const IDLE_INTERVAL_MS = 1000

export function createMemoryWatch(deps: {
  readonly clock: Clock
  readonly platform: NodeJS.Platform
  readonly isBusy: () => boolean
}): MemoryWatch {
  const { clock, platform, isBusy } = deps
  const all = new Set<Watched>()
  const closing = new AbortController()
  let running = false

  async function round(): Promise<void> {
    const sizes = await measureMemory(
      [...all].map((one) => one.processId),
      platform,
    )
    for (const watched of all) {
      const size = sizes.get(watched.processId)
      if (!size) continue
      watched.peakBytes = Math.max(watched.peakBytes, size.residentBytes, size.peakBytes)
      if (size.residentBytes > watched.limitBytes) watched.onExceeded()
    }
  }

  async function watch(): Promise<void> {
    running = true
    while (all.size > 0 && !closing.signal.aborted) {
      await round()
      // In slices, so that the pace changes soon after the first child becomes busy.
      for (let restMs = 0; restMs < IDLE_INTERVAL_MS; restMs += BUSY_INTERVAL_MS) {
        await clock.sleep(BUSY_INTERVAL_MS, closing.signal)
        if (isBusy()) break
      }
    }
    running = false
  }

  return {
    add(watched) {
      all.add(watched)
      if (!running && !closing.signal.aborted) void watch()
    },
    remove: (watched) => void all.delete(watched),
    async look(watched) {
      const size = (await measureMemory([watched.processId], platform)).get(watched.processId)
      if (size) {
        watched.peakBytes = Math.max(watched.peakBytes, size.residentBytes, size.peakBytes)
      }
      return watched.peakBytes
    },
    close: () => closing.abort(),
  }
}
