import type { CreateConnectorRequest } from '@aws-sdk/client-kafkaconnect'
import type { Scope } from '../../../base/scope.ts'
import { entryRefusal } from '../../msk/cluster-access.ts'
import { badRequest } from '../connect-errors.ts'
import type { ConnectorDetails } from '../connector.ts'
import type { ConnectDeps } from '../contract.ts'

type Access = Pick<ConnectorDetails, 'bootstrapServers' | 'authentication' | 'encryption'>

/**
 * How the connector would come to its cluster. Throws `BadRequestException` where that is not the
 * broker of this server, or the cluster of the account takes no such clients.
 */
export async function readClusterAccess(
  { entrance, clusters }: Pick<ConnectDeps, 'entrance' | 'clusters'>,
  scope: Scope,
  request: Pick<
    CreateConnectorRequest,
    'kafkaCluster' | 'kafkaClusterClientAuthentication' | 'kafkaClusterEncryptionInTransit'
  >,
): Promise<Access> {
  const bootstrapServers = request.kafkaCluster?.apacheKafkaCluster?.bootstrapServers ?? ''
  const authentication = request.kafkaClusterClientAuthentication?.authenticationType ?? 'NONE'
  const encryption = request.kafkaClusterEncryptionInTransit?.encryptionType ?? 'PLAINTEXT'
  const address = await entrance.ensureStarted()
  if (!address) throw badRequest('The settings of the server keep the broker of Kafka shut.')
  const isOurs = bootstrapServers
    .split(',')
    .some((server) => server.trim().endsWith(`:${address.port}`))
  if (!isOurs) {
    throw badRequest(
      `bootstrapServers names another cluster: connectors read from the broker of this server, ${address.host}:${address.port}.`,
    )
  }
  const isEncrypted = encryption === 'TLS'
  if (isEncrypted && !address.tls) {
    throw badRequest('The broker has no TLS (--tls): encryptionType has to be PLAINTEXT.')
  }
  const cluster = await clusters.find(scope)
  const by = authentication === 'IAM' ? 'iam' : 'nothing'
  const refusal = cluster && entryRefusal(cluster.access, { by, isEncrypted })
  if (refusal !== undefined) throw badRequest(refusal)
  return { bootstrapServers, authentication, encryption }
}
