import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { writeCluster } from './wire-cluster.ts'

export const describeClusterV2: MskOperation<'DescribeClusterV2'> = {
  name: 'DescribeClusterV2',
  async run({ clusters, entrance }, { ClusterArn }, scope) {
    const cluster = await clusters.get(scope, parseClusterArn(scope, ClusterArn))
    return { ClusterInfo: writeCluster(scope, cluster, entrance) }
  },
}
