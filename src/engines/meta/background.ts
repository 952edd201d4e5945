import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Leases } from './leases.ts'

/**
 * Background work: each piece is owned by a lease, so that of N nodes exactly one does it, and runs
 * in a loop of rounds until the signal aborts or the lease is lost.
 */
export interface Background {
  /**
   * Runs `round` again and again while this node holds the lease `name`. A round answers how long
   * to rest before the next one in milliseconds (0: at once), or `'done'` to end the work for good.
   * A round that throws is counted, logged, shown to `onFailure`, and retried after a back-off that
   * doubles from 200 ms to 30 s. Resolves when the work is done or the signal aborted.
   */
  run(work: BackgroundWork, signal: AbortSignal): Promise<void>
}

export interface BackgroundWork {
  readonly name: string
  /** `signal` aborts also when the lease is lost: stop at once, another node may go on. */
  readonly round: (signal: AbortSignal) => Promise<number | 'done'>
  readonly onFailure?: (error: unknown) => Promise<void>
}

const BACK_OFF_FIRST_MS = 200
const BACK_OFF_MAX_MS = 30_000

export function createBackground(deps: {
  readonly leases: Leases
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): Background {
  const { leases, clock, random, log, metrics } = deps

  async function attempt(work: BackgroundWork, signal: AbortSignal): Promise<number | 'done'> {
    try {
      return await work.round(signal)
    } catch (error) {
      if (signal.aborted) return 0
      metrics.record('headrace_background_failures_total', { work: kindOf(work.name) }, 1)
      log.error({ work: work.name, err: error }, 'background work failed; it will be retried')
      await work.onFailure?.(error)
      throw error
    }
  }

  async function rounds(work: BackgroundWork, signal: AbortSignal): Promise<'done' | 'stopped'> {
    let backOffMs = 0
    while (!signal.aborted) {
      let restMs: number
      try {
        const answer = await attempt(work, signal)
        if (answer === 'done') return 'done'
        restMs = answer
        backOffMs = 0
      } catch {
        // Reported by `attempt`; what is left to do is to wait longer each time.
        backOffMs = Math.min(Math.max(backOffMs * 2, BACK_OFF_FIRST_MS), BACK_OFF_MAX_MS)
        restMs = backOffMs * (0.5 + random.unit() / 2)
      }
      if (restMs > 0) await clock.sleep(restMs, signal)
    }
    return 'stopped'
  }

  return {
    async run(work, signal) {
      while (!signal.aborted) {
        const lease = await leases.acquire(work.name, signal)
        if (!lease) return
        try {
          if ((await rounds(work, lease.signal)) === 'done') return
        } finally {
          await lease.release()
        }
      }
    },
  }
}

/** `firehose/delivery/000…/clicks` is one of the works of kind `firehose/delivery`. */
function kindOf(name: string): string {
  return name.split('/').slice(0, 2).join('/')
}
