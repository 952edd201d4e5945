import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { BrokerEntrance } from '../kafka/broker-entrance.ts'
import type { Clusters } from './clusters.ts'

/** After a restart: where there are clusters, their broker listens again. */
export interface Reopening {
  /** Resolves when it listens or need not, or when the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

const RETRY_MS = 5_000

export function createReopening(deps: {
  readonly clusters: Pick<Clusters, 'isAny'>
  readonly entrance: BrokerEntrance
  readonly clock: Clock
  readonly log: Logger
}): Reopening {
  const { clusters, entrance, clock, log } = deps
  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          if (await clusters.isAny()) await entrance.ensureStarted()
          return
        } catch (error) {
          log.error({ err: error }, 'the broker of the clusters does not listen; tried again')
          await clock.sleep(RETRY_MS, signal)
        }
      }
    },
  }
}
