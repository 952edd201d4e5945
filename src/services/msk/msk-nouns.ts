import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { BrokerRules } from '../kafka/broker-rules.ts'
import type { ClusterOperations } from './cluster-operations.ts'
import { createClusterOperations } from './cluster-operations.ts'
import { createClusterRules } from './cluster-rules.ts'
import type { Clusters } from './clusters.ts'
import { createClusters } from './clusters.ts'
import type { Configurations } from './configurations.ts'
import { createConfigurations } from './configurations.ts'

/** What MSK has, over the metadata alone: the broker asks it before it serves. */
export interface MskNouns {
  readonly clusters: Clusters
  readonly configurations: Configurations
  readonly history: ClusterOperations
  readonly rules: BrokerRules
}

export function createMskNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): MskNouns {
  const clusters = createClusters(deps)
  const configurations = createConfigurations(deps)
  return {
    clusters,
    configurations,
    history: createClusterOperations(deps),
    rules: createClusterRules({ clusters, configurations }),
  }
}
