import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import { createThroughput } from '../../base/throughput.ts'
import type { LogEngine } from '../../engines/log/port.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createAccess } from './access.ts'
import { createAccountSettings } from './account-settings.ts'
import { createConsumerStore } from './consumer-store.ts'
import { createConsumers } from './consumers.ts'
import type { KinesisDeps } from './contract.ts'
import { createStreamReader } from './create-stream-reader.ts'
import { READ_BYTES_PER_SECOND } from './limits.ts'
import { createOnDemand } from './on-demand.ts'
import { createProducer } from './producer.ts'
import { createReadLimits } from './read-limits.ts'
import { createSettling } from './settling.ts'
import { createShardMetrics } from './shard-metrics.ts'
import { createShardReads } from './shard-reads.ts'
import type { StreamReader } from './stream-reader.ts'
import { createStreamStore } from './stream-store.ts'
import { createStreams } from './streams.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createTrafficStore } from './traffic-store.ts'

/** Everything that Kinesis is made of, over the log and the metadata. */
export interface KinesisNouns extends KinesisDeps {
  /** For the services of the house that consume streams. */
  readonly reader: StreamReader
}

export function createKinesisNouns(deps: {
  readonly meta: MetaStore
  readonly engine: LogEngine
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  readonly log: Logger
  /** Whether the throughput of shards is limited as on AWS. */
  readonly limits: boolean
}): KinesisNouns {
  const { meta, engine, clock, limits } = deps
  const store = createStreamStore(meta)
  const consumerStore = createConsumerStore(meta)
  const settling = createSettling({ store, consumers: consumerStore, log: engine, clock })
  const shardMetrics = createShardMetrics({ metrics: deps.metrics, wallMs: clock.wallMs })
  const streams = createStreams({ ...deps, store, settling, shardMetrics })
  const onDemand = createOnDemand({ ...deps, streams, traffic: createTrafficStore(meta) })
  const consumers = createConsumers({ store: consumerStore, clock })
  const reads = createShardReads({ log: engine, clock })
  return {
    streams,
    consumers,
    access: createAccess({ streams, consumers }),
    accounts: createAccountSettings(deps),
    shardMetrics,
    encrypts: engine.capabilities.encryption,
    producer: createProducer({ ...deps, streams, onDemand, shardMetrics, log: engine }),
    onDemand,
    reads,
    readLimits: createReadLimits({ ...deps, shardMetrics }),
    subscriptions: createSubscriptions({
      streams,
      reads,
      clock,
      throughput: limits ? createThroughput(READ_BYTES_PER_SECOND, clock) : undefined,
    }),
    reader: createStreamReader({ streams, reads }),
    clock,
  }
}
