import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { BrokerEntrance } from '../kafka/broker-entrance.ts'
import type { KafkaNouns } from '../kafka/kafka-nouns.ts'
import type { ClusterOperations } from './cluster-operations.ts'
import type { Clusters } from './clusters.ts'
import type { Configurations } from './configurations.ts'

type Sdk = typeof import('@aws-sdk/client-kafka')

export interface MskDeps {
  readonly clusters: Clusters
  readonly configurations: Configurations
  /** What was changed in clusters. */
  readonly history: ClusterOperations
  /** The broker that all clusters are made of. */
  readonly entrance: BrokerEntrance
  readonly kafka: Pick<KafkaNouns, 'topics' | 'admin' | 'broker'>
  readonly clock: Clock
}

export type MskOperation<Name extends OperationName<Sdk>> = Operation<MskDeps, Sdk, Name>
