import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { pageOfAll } from '../pages.ts'
import { writeOperationSummary } from './wire-operation.ts'

export const listClusterOperationsV2: MskOperation<'ListClusterOperationsV2'> = {
  name: 'ListClusterOperationsV2',
  async run({ clusters, history }, { ClusterArn, ...page }, scope) {
    const key = parseClusterArn(scope, ClusterArn)
    await clusters.get(scope, key)
    const { items, next } = pageOfAll(page, await history.list(scope, key), ({ id }) => id)
    return {
      ClusterOperationInfoList: items.map((one) => writeOperationSummary(scope, key, one)),
      ...next,
    }
  },
}
