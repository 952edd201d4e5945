import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'

/** Its topics stay: they are the streams of the account, which it has without a cluster too. */
export const deleteCluster: MskOperation<'DeleteCluster'> = {
  name: 'DeleteCluster',
  async run({ clusters, history }, { ClusterArn, CurrentVersion }, scope) {
    const key = parseClusterArn(scope, ClusterArn)
    await clusters.remove(scope, key, CurrentVersion)
    await history.forget(scope, key)
    return { ClusterArn, State: 'DELETING' as const }
  },
}
