import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ConnectorOperations } from './connector-operations.ts'
import { createConnectorOperations } from './connector-operations.ts'
import type { Connectors } from './connectors.ts'
import { createConnectors } from './connectors.ts'
import type { Checkpoints } from './work/checkpoints.ts'
import { createCheckpoints } from './work/checkpoints.ts'
import type { WorkerConfigurations } from './worker-configurations.ts'
import { createWorkerConfigurations } from './worker-configurations.ts'

/** What MSK Connect has, over the metadata alone. */
export interface ConnectNouns {
  readonly connectors: Connectors
  readonly workers: WorkerConfigurations
  readonly history: ConnectorOperations
  readonly checkpoints: Checkpoints
}

export function createConnectNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): ConnectNouns {
  return {
    connectors: createConnectors(deps),
    workers: createWorkerConfigurations(deps),
    history: createConnectorOperations(deps),
    checkpoints: createCheckpoints(deps.meta),
  }
}
