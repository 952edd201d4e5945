import type { ConfigurationInfo, ProvisionedRequest } from '@aws-sdk/client-kafka'
import type { Scope } from '../../../base/scope.ts'
import type { BrokerAddress } from '../../kafka/broker-entrance.ts'
import type { Cluster, ConfigurationReference } from '../cluster.ts'
import { defaultAccess } from '../cluster-access.ts'
import type { NewCluster } from '../clusters.ts'
import type { MskDeps } from '../contract.ts'
import { checkKafkaVersion } from '../kafka-versions.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { badRequest, unsupported } from '../msk-errors.ts'
import { withTags } from '../tags.ts'
import { readAccess } from './wire-access.ts'
import { readMachines, refuseCapacity } from './wire-machines.ts'

/** Makes the cluster once the broker listens: then it is active. */
export async function createProvisioned(
  deps: MskDeps,
  scope: Scope,
  given: { readonly name: string; readonly tags: Record<string, string> | undefined },
  request: ProvisionedRequest,
): Promise<Cluster> {
  const { name, tags = {} } = given
  refuseCapacity(request)
  const { KafkaVersion = '', BrokerNodeGroupInfo, ConfigurationInfo } = request
  const kafkaVersion = checkKafkaVersion(KafkaVersion)
  if (!BrokerNodeGroupInfo) throw badRequest('Broker nodes are missing.', 'brokerNodeGroupInfo')
  const machines = readMachines(BrokerNodeGroupInfo)
  const configuration =
    ConfigurationInfo && (await checkConfiguration(deps, scope, ConfigurationInfo, kafkaVersion))
  const checked = withTags({}, tags)
  const address = await openEntrance(deps)
  const cluster: NewCluster = {
    name,
    tags: checked,
    access: readAccess(request, defaultAccess(address), address),
    kind: { type: 'provisioned', kafkaVersion, machines, ...(configuration && { configuration }) },
  }
  return deps.clusters.create(scope, cluster)
}

/** The broker listens from now on, if the server may have one. */
export async function openEntrance({ entrance }: MskDeps): Promise<BrokerAddress> {
  const address = await entrance.ensureStarted()
  if (address) return address
  throw unsupported(
    'A cluster, where the settings of the server keep the broker off (--kafka, --log),',
  )
}

/** Throws where there is no such revision, or it is for other versions of Kafka. */
export async function checkConfiguration(
  { configurations }: MskDeps,
  scope: Scope,
  { Arn = '', Revision = 0 }: ConfigurationInfo,
  kafkaVersion: string,
): Promise<ConfigurationReference> {
  const key = parseConfigurationArn(scope, Arn)
  const { kafkaVersions } = await configurations.get(scope, key)
  const { revision } = await configurations.revision(scope, key, Revision)
  if (kafkaVersions.length > 0 && !kafkaVersions.includes(kafkaVersion)) {
    throw badRequest(
      `The configuration is not for Apache Kafka ${kafkaVersion}.`,
      'configurationInfo',
    )
  }
  return { arn: Arn, revision }
}
