import type { MskOperation } from '../contract.ts'
import { clusterArn } from '../msk-arns.ts'
import { writeState } from './wire-cluster.ts'
import { createProvisioned } from './wire-provisioned.ts'

export const createCluster: MskOperation<'CreateCluster'> = {
  name: 'CreateCluster',
  async run(deps, { ClusterName: name, Tags: tags, ...request }, scope) {
    const cluster = await createProvisioned(deps, scope, { name, tags }, request)
    return {
      ClusterArn: clusterArn(scope, cluster),
      ClusterName: cluster.name,
      State: writeState(deps.entrance),
    }
  },
}
