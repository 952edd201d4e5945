import { noSuchPolicy } from '../clusters.ts'
import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'

export const getClusterPolicy: MskOperation<'GetClusterPolicy'> = {
  name: 'GetClusterPolicy',
  async run({ clusters }, { ClusterArn }, scope) {
    const { policy } = await clusters.get(scope, parseClusterArn(scope, ClusterArn))
    if (!policy) throw noSuchPolicy()
    return { CurrentVersion: policy.version, Policy: policy.text }
  },
}
