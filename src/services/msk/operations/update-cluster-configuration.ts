import type { MskOperation } from '../contract.ts'
import { operationArn, parseClusterArn } from '../msk-arns.ts'
import { provisionedOf } from './wire-cluster.ts'
import { checkConfiguration } from './wire-provisioned.ts'

export const updateClusterConfiguration: MskOperation<'UpdateClusterConfiguration'> = {
  name: 'UpdateClusterConfiguration',
  async run(deps, { ClusterArn, ConfigurationInfo, CurrentVersion }, scope) {
    const key = parseClusterArn(scope, ClusterArn)
    const cluster = await deps.clusters.get(scope, key)
    const before = provisionedOf(cluster)
    const { kafkaVersion } = before
    const configuration = await checkConfiguration(deps, scope, ConfigurationInfo, kafkaVersion)
    const startedMs = deps.clock.wallMs()
    await deps.clusters.change(scope, key, CurrentVersion, (current) => ({
      ...current,
      kind: { ...provisionedOf(current), configuration },
    }))
    const { id } = await deps.history.note(scope, key, {
      type: 'UPDATE_CLUSTER_CONFIGURATION',
      startedMs,
      source: before.configuration ? { configuration: before.configuration } : {},
      target: { configuration },
    })
    return { ClusterArn, ClusterOperationArn: operationArn(scope, key, id) }
  },
}
