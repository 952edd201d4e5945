import type { ClusterInfo, Cluster as WireCluster } from '@aws-sdk/client-kafka'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { BrokerEntrance } from '../../kafka/broker-entrance.ts'
import type { Cluster, ProvisionedCluster } from '../cluster.ts'
import { clusterArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'
import { writeAccess } from './wire-access.ts'
import { writeMachines } from './wire-machines.ts'

/** A cluster is active exactly while its broker listens. */
export function writeState({ address }: BrokerEntrance) {
  return address() ? ('ACTIVE' as const) : ('CREATING' as const)
}

export function writeCluster(
  scope: Scope,
  cluster: Cluster,
  entrance: BrokerEntrance,
): WireCluster {
  const { kind } = cluster
  const common = writeCommon(scope, cluster, entrance)
  if (kind.type === 'provisioned') {
    return { ...common, ClusterType: 'PROVISIONED', Provisioned: writeProvisioned(cluster, kind) }
  }
  return {
    ...common,
    ClusterType: 'SERVERLESS',
    Serverless: {
      VpcConfigs: kind.networks.map(({ subnets, securityGroups }) => ({
        SubnetIds: [...subnets],
        SecurityGroupIds: [...securityGroups],
      })),
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
    },
  }
}

/** As the first version of the API shows clusters: it knows provisioned ones only. */
export function writeClusterInfo(
  scope: Scope,
  cluster: Cluster,
  entrance: BrokerEntrance,
): ClusterInfo {
  const { kind } = cluster
  if (kind.type !== 'provisioned') throw notForServerless()
  return { ...writeCommon(scope, cluster, entrance), ...writeProvisioned(cluster, kind) }
}

function writeCommon(scope: Scope, cluster: Cluster, entrance: BrokerEntrance) {
  return {
    ClusterArn: clusterArn(scope, cluster),
    ClusterName: cluster.name,
    CreationTime: dateOf(cluster.createdMs),
    CurrentVersion: cluster.version,
    State: writeState(entrance),
    Tags: { ...cluster.tags },
  }
}

function writeProvisioned({ access }: Cluster, kind: ProvisionedCluster) {
  return {
    BrokerNodeGroupInfo: writeMachines(kind.machines),
    CurrentBrokerSoftwareInfo: writeSoftware(kind),
    ...writeAccess(access),
    EnhancedMonitoring: 'DEFAULT' as const,
    NumberOfBrokerNodes: 1,
    StorageMode: 'LOCAL' as const,
    CustomerActionStatus: 'NONE' as const,
  }
}

export function writeSoftware({ kafkaVersion, configuration }: ProvisionedCluster) {
  return {
    KafkaVersion: kafkaVersion,
    ...(configuration && {
      ConfigurationArn: configuration.arn,
      ConfigurationRevision: configuration.revision,
    }),
  }
}

export function provisionedOf({ kind }: Cluster): ProvisionedCluster {
  if (kind.type === 'provisioned') return kind
  throw notForServerless()
}

function notForServerless() {
  return badRequest('This operation cannot be performed on serverless clusters.', 'clusterArn')
}
