import type { MskOperation } from '../contract.ts'
import { badRequest } from '../msk-errors.ts'
import { pageOfAll } from '../pages.ts'
import { writeCluster } from './wire-cluster.ts'

export const listClustersV2: MskOperation<'ListClustersV2'> = {
  name: 'ListClustersV2',
  async run({ clusters, entrance }, input, scope) {
    const { ClusterNameFilter: prefix = '', ClusterTypeFilter: type, ...page } = input
    if (type !== undefined && type !== 'PROVISIONED' && type !== 'SERVERLESS') {
      throw badRequest('The type is PROVISIONED or SERVERLESS.', 'clusterTypeFilter')
    }
    const all = await clusters.list(scope)
    const found = all.filter(
      ({ name, kind }) =>
        name.startsWith(prefix) && (type === undefined || kind.type === type.toLowerCase()),
    )
    const { items, next } = pageOfAll(page, found, ({ name }) => name)
    return {
      ClusterInfoList: items.map((cluster) => writeCluster(scope, cluster, entrance)),
      ...next,
    }
  },
}
