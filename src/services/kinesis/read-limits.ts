import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import { createThroughput } from '../../base/throughput.ts'
import { READ_BYTES_PER_SECOND, READ_CALLS_PER_SECOND } from './limits.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import type { ShardAt } from './shard-reads.ts'
import { rateExceeded } from './stream-errors.ts'

/** The throughput of a shard that all GetRecords calls share. */
export interface ReadLimits {
  /** Throws `ProvisionedThroughputExceededException` when the shard has given enough. */
  admit(at: ShardAt): void
  /** Counts what a call that was admitted has read. */
  charge(at: ShardAt, bytes: number): void
}

export function createReadLimits(deps: {
  readonly clock: Clock
  readonly metrics: Metrics
  readonly shardMetrics: ShardMetrics
  readonly limits: boolean
}): ReadLimits {
  const { clock, metrics, shardMetrics, limits } = deps
  const calls = createThroughput(READ_CALLS_PER_SECOND, clock)
  const bytes = createThroughput(READ_BYTES_PER_SECOND, clock)
  const nameOf = ({ stream, shard }: ShardAt) => `${stream.creationId}/${shard.number}`
  if (!limits) return { admit: () => undefined, charge: () => undefined }
  return {
    admit(at) {
      const name = nameOf(at)
      if (bytes.isOpen(name) && calls.take(name, 1)) return
      const labels = { service: 'kinesis', resource: at.key.name }
      metrics.record('headrace_throttled_total', labels, 1)
      shardMetrics.refusedRead(at)
      throw new ServiceError(
        'ProvisionedThroughputExceededException',
        rateExceeded(at.key, at.shard.number),
      )
    },
    charge: (at, count) => bytes.charge(nameOf(at), count),
  }
}
