import { formatArn } from '../../../base/arn.ts'
import { dateOf } from '../../../base/clock.ts'
import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { provisionedOf, writeSoftware } from './wire-cluster.ts'

/** The one broker there is, by the number that it has in Kafka's protocol. */
export const listNodes: MskOperation<'ListNodes'> = {
  name: 'ListNodes',
  async run({ clusters, entrance, kafka }, { ClusterArn, NextToken }, scope) {
    const cluster = await clusters.get(scope, parseClusterArn(scope, ClusterArn))
    const kind = provisionedOf(cluster)
    const address = entrance.address()
    if (!address || NextToken !== undefined) return { NodeInfoList: [] }
    const { nodeId } = kafka.broker
    const resource = `broker/${cluster.name}/${cluster.id}/${nodeId}`
    const node = {
      NodeType: 'BROKER' as const,
      NodeARN: formatArn({ service: 'kafka', ...scopeOf(scope), resource }),
      AddedToClusterTime: dateOf(cluster.createdMs).toISOString(),
      InstanceType: kind.machines.instanceType,
      BrokerNodeInfo: {
        BrokerId: nodeId,
        ClientSubnet: kind.machines.subnets[0],
        CurrentBrokerSoftwareInfo: writeSoftware(kind),
        Endpoints: [address.host],
      },
    }
    return { NodeInfoList: [node] }
  },
}

function scopeOf({ accountId, region }: { readonly accountId: string; readonly region: string }) {
  return { accountId, region }
}
