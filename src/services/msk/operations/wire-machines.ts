import type { BrokerNodeGroupInfo, ProvisionedRequest } from '@aws-sdk/client-kafka'
import type { Machines } from '../cluster.ts'
import { badRequest, unsupported } from '../msk-errors.ts'

/** Refuses by name what one broker on one machine cannot be. */
export function refuseCapacity(given: ProvisionedRequest): void {
  const { NumberOfBrokerNodes: count, LoggingInfo, OpenMonitoring } = given
  if (count !== 1) {
    throw unsupported(
      `NumberOfBrokerNodes ${count}: there is one broker (NumberOfBrokerNodes 1), and more`,
      'numberOfBrokerNodes',
    )
  }
  if (given.StorageMode === 'TIERED') throw unsupported('StorageMode TIERED', 'storageMode')
  if (given.Rebalancing) throw unsupported('Rebalancing', 'rebalancing')
  if ((given.EnhancedMonitoring ?? 'DEFAULT') !== 'DEFAULT') {
    throw unsupported(`EnhancedMonitoring ${given.EnhancedMonitoring}`, 'enhancedMonitoring')
  }
  const { JmxExporter, NodeExporter } = OpenMonitoring?.Prometheus ?? {}
  if (JmxExporter?.EnabledInBroker || NodeExporter?.EnabledInBroker) {
    throw unsupported('OpenMonitoring', 'openMonitoring')
  }
  for (const logs of [LoggingInfo?.BrokerLogs, LoggingInfo?.AuthorizerLogs]) {
    if (logs?.CloudWatchLogs?.Enabled || logs?.Firehose?.Enabled || logs?.S3?.Enabled) {
      throw unsupported('LoggingInfo', 'loggingInfo')
    }
  }
}

export function readMachines(given: BrokerNodeGroupInfo): Machines {
  const { ClientSubnets = [], InstanceType = '', SecurityGroups = [], StorageInfo } = given
  if (ClientSubnets.length === 0) {
    throw badRequest('At least one client subnet is needed.', 'clientSubnets')
  }
  refuseConnectivity(given)
  const { VolumeSize, ProvisionedThroughput } = StorageInfo?.EbsStorageInfo ?? {}
  if (ProvisionedThroughput?.Enabled) {
    throw unsupported('ProvisionedThroughput', 'provisionedThroughput')
  }
  return {
    instanceType: InstanceType,
    subnets: ClientSubnets,
    securityGroups: SecurityGroups,
    ...(VolumeSize !== undefined && { volumeGib: VolumeSize }),
  }
}

function refuseConnectivity({ ConnectivityInfo: given, ZoneIds }: BrokerNodeGroupInfo): void {
  if (ZoneIds !== undefined) throw unsupported('ZoneIds', 'zoneIds')
  if ((given?.PublicAccess?.Type ?? 'DISABLED') !== 'DISABLED') {
    throw unsupported('PublicAccess', 'publicAccess')
  }
  if ((given?.NetworkType ?? 'IPV4') !== 'IPV4') throw unsupported('NetworkType', 'networkType')
  const { Sasl, Tls } = given?.VpcConnectivity?.ClientAuthentication ?? {}
  if (Sasl?.Iam?.Enabled || Sasl?.Scram?.Enabled || Tls?.Enabled) {
    throw unsupported('VpcConnectivity', 'vpcConnectivity')
  }
}

export function writeMachines({ instanceType, subnets, securityGroups, volumeGib }: Machines) {
  return {
    BrokerAZDistribution: 'DEFAULT' as const,
    ClientSubnets: [...subnets],
    InstanceType: instanceType,
    SecurityGroups: [...securityGroups],
    ConnectivityInfo: { PublicAccess: { Type: 'DISABLED' } },
    ...(volumeGib !== undefined && {
      StorageInfo: { EbsStorageInfo: { VolumeSize: volumeGib } },
    }),
  }
}
