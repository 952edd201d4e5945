import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Access } from './access.ts'
import type { AccountSettings } from './account-settings.ts'
import type { Consumers } from './consumers.ts'
import type { KinesisExtension } from './extension.ts'
import type { OnDemand } from './on-demand.ts'
import type { Producer } from './producer.ts'
import type { ReadLimits } from './read-limits.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import type { ShardReads } from './shard-reads.ts'
import type { Streams } from './streams.ts'
import type { Subscriptions } from './subscriptions.ts'

type Sdk = typeof import('@aws-sdk/client-kinesis')

export interface KinesisDeps {
  readonly streams: Streams
  readonly consumers: Consumers
  readonly producer: Producer
  readonly reads: ShardReads
  readonly readLimits: ReadLimits
  readonly subscriptions: Subscriptions
  readonly onDemand: OnDemand
  readonly access: Access
  readonly accounts: AccountSettings
  readonly shardMetrics: ShardMetrics
  /** Whether the log can encrypt at rest. */
  readonly encrypts: boolean
  readonly clock: Clock
  readonly extension?: KinesisExtension
}

export type KinesisOperation<Name extends OperationName<Sdk>> = Operation<KinesisDeps, Sdk, Name>
