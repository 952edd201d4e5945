import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'

export const deleteClusterPolicy: MskOperation<'DeleteClusterPolicy'> = {
  name: 'DeleteClusterPolicy',
  async run({ clusters }, { ClusterArn }, scope) {
    await clusters.removePolicy(scope, parseClusterArn(scope, ClusterArn))
    return {}
  },
}
