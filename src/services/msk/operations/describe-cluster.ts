import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { writeClusterInfo } from './wire-cluster.ts'

export const describeCluster: MskOperation<'DescribeCluster'> = {
  name: 'DescribeCluster',
  async run({ clusters, entrance }, { ClusterArn }, scope) {
    const cluster = await clusters.get(scope, parseClusterArn(scope, ClusterArn))
    return { ClusterInfo: writeClusterInfo(scope, cluster, entrance) }
  },
}
