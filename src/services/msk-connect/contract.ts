import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { BrokerEntrance } from '../kafka/broker-entrance.ts'
import type { Clusters } from '../msk/clusters.ts'
import type { ConnectorOperations } from './connector-operations.ts'
import type { Connectors } from './connectors.ts'
import type { WorkerConfigurations } from './worker-configurations.ts'

type Sdk = typeof import('@aws-sdk/client-kafkaconnect')

export interface ConnectDeps {
  readonly connectors: Connectors
  readonly workers: WorkerConfigurations
  /** What was changed in connectors. */
  readonly history: ConnectorOperations
  /** The broker that connectors read from. */
  readonly entrance: BrokerEntrance
  readonly clusters: Pick<Clusters, 'find'>
}

export type ConnectOperation<Name extends OperationName<Sdk>> = Operation<ConnectDeps, Sdk, Name>
