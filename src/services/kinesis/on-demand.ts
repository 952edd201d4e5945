import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { ON_DEMAND_SHARDS_MAX, WRITE_BYTES_PER_SECOND, WRITE_RECORDS_PER_SECOND } from './limits.ts'
import { planUniform } from './resharding.ts'
import type { Stream, StreamKey } from './stream.ts'
import { openShards } from './stream.ts'
import type { Streams } from './streams.ts'

/**
 * On-demand streams grow with their producers: as on AWS, a stream has room for twice the write
 * traffic that it has seen (Developer Guide, "On-demand mode"). It grows to at most double its shards
 * at a time, and does not shrink.
 */
export interface OnDemand {
  /** Counts what producers sent, refused or not. */
  note(key: StreamKey, stream: Stream, sent: Traffic): void
  /** Looks at the traffic in rounds until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface Traffic {
  readonly bytes: number
  readonly records: number
}

interface Meter {
  readonly key: StreamKey
  bytes: number
  records: number
}

/** The traffic is the mean of this time. */
const ROUND_MS = 15_000

export function createOnDemand(deps: {
  readonly streams: Streams
  readonly clock: Clock
  readonly log: Logger
}): OnDemand {
  const { streams, clock, log } = deps
  let meters = new Map<string, Meter>()

  async function grow({ key, ...sent }: Meter, seconds: number): Promise<void> {
    const wanted = shardsFor({ bytes: sent.bytes / seconds, records: sent.records / seconds })
    try {
      await streams.change(key, (stream) => {
        const count = openShards(stream).length
        const target = Math.min(wanted, 2 * count, ON_DEMAND_SHARDS_MAX)
        if (stream.mode !== 'ON_DEMAND' || target <= count) return stream
        return { ...stream, ...planUniform(stream, target), status: 'UPDATING' }
      })
    } catch (error) {
      // It was removed, or is being changed: what it needs is seen again in the next round.
      if (!(error instanceof ServiceError)) {
        log.warn({ stream: key.name, err: error }, 'an on-demand stream did not grow')
      }
    }
  }

  return {
    note(key, { mode, creationId }, { bytes, records }) {
      if (mode !== 'ON_DEMAND') return
      const meter = meters.get(creationId) ?? { key, bytes: 0, records: 0 }
      meter.bytes += bytes
      meter.records += records
      meters.set(creationId, meter)
    },
    async run(signal) {
      while (!signal.aborted) {
        const sinceMs = clock.monotonicMs()
        await clock.sleep(ROUND_MS, signal)
        if (signal.aborted) return
        const seconds = (clock.monotonicMs() - sinceMs) / 1000
        const seen = meters
        meters = new Map()
        for (const meter of seen.values()) await grow(meter, seconds)
      }
    },
  }
}

/** Shards with twice the throughput of what was seen in a second. */
function shardsFor({ bytes, records }: Traffic): number {
  return Math.ceil(2 * Math.max(bytes / WRITE_BYTES_PER_SECOND, records / WRITE_RECORDS_PER_SECOND))
}
