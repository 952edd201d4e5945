import type { MskOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { writeClusterInfo } from './wire-cluster.ts'

export const listClusters: MskOperation<'ListClusters'> = {
  name: 'ListClusters',
  async run({ clusters, entrance }, { ClusterNameFilter: prefix = '', ...page }, scope) {
    const all = await clusters.list(scope)
    const found = all.filter(
      ({ name, kind }) => kind.type === 'provisioned' && name.startsWith(prefix),
    )
    const { items, next } = pageOfAll(page, found, ({ name }) => name)
    return {
      ClusterInfoList: items.map((cluster) => writeClusterInfo(scope, cluster, entrance)),
      ...next,
    }
  },
}
