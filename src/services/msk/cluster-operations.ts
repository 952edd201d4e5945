import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ConfigurationReference } from './cluster.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { mskLimits } from './limits.ts'
import type { NamedResource } from './msk-arns.ts'
import { notFound } from './msk-errors.ts'

/** A change of a cluster that was made, as AWS remembers it. */
export interface ClusterOperation {
  readonly id: string
  readonly type: OperationType
  readonly startedMs: number
  readonly endedMs: number
  readonly source: ClusterAspect
  readonly target: ClusterAspect
}

export type OperationType = 'UPDATE_CLUSTER_CONFIGURATION' | 'UPDATE_SECURITY'

/** The part of a cluster that was changed. */
export interface ClusterAspect {
  readonly configuration?: ConfigurationReference
  readonly access?: ClusterAccess
}

/** The changes of clusters, as many as are kept. Durable when a promise resolves. */
export interface ClusterOperations {
  note(
    scope: Scope,
    cluster: NamedResource,
    operation: Omit<ClusterOperation, 'id' | 'endedMs'>,
  ): Promise<ClusterOperation>
  /** Throws `NotFoundException`. */
  get(scope: Scope, cluster: NamedResource, id: string): Promise<ClusterOperation>
  /** The latest first. */
  list(scope: Scope, cluster: NamedResource): Promise<ReadonlyArray<ClusterOperation>>
  forget(scope: Scope, cluster: NamedResource): Promise<void>
}

export function createClusterOperations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): ClusterOperations {
  const { clock, random } = deps
  const documents = createDocuments<ClusterOperation>(deps.meta, 'msk/operation')
  const all = { reverse: true, limit: 2 * mskLimits.operationsKept }

  return {
    async note(scope, { id: clusterId }, operation) {
      const made = { ...operation, id: random.uuid(), endedMs: clock.wallMs() }
      await documents.put(scope, [clusterId, made.startedMs, made.id], made)
      const found = await documents.list(scope, { under: [clusterId], ...all })
      for (const { id } of found.slice(mskLimits.operationsKept)) {
        await documents.remove(scope, ...id)
      }
      return made
    },
    async get(scope, { id: clusterId }, id) {
      const found = await documents.list(scope, { under: [clusterId], ...all })
      const operation = found.find(({ value }) => value.id === id)
      if (operation) return operation.value
      throw notFound('The specified cluster operation does not exist.', 'clusterOperationArn')
    },
    async list(scope, { id: clusterId }) {
      const found = await documents.list(scope, { under: [clusterId], ...all })
      return found.slice(0, mskLimits.operationsKept).map(({ value }) => value)
    },
    forget: (scope, { id }) => documents.removeUnder(scope, id),
  }
}
