import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { pageOfAll } from '../pages.ts'
import { provisionedOf } from './wire-cluster.ts'
import { writeOperation } from './wire-operation.ts'

export const listClusterOperations: MskOperation<'ListClusterOperations'> = {
  name: 'ListClusterOperations',
  async run({ clusters, history }, { ClusterArn, ...page }, scope) {
    const key = parseClusterArn(scope, ClusterArn)
    provisionedOf(await clusters.get(scope, key))
    const { items, next } = pageOfAll(page, await history.list(scope, key), ({ id }) => id)
    return {
      ClusterOperationInfoList: items.map((one) => writeOperation(scope, key, one)),
      ...next,
    }
  },
}
