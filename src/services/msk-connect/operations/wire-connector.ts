import type { LogDelivery } from '@aws-sdk/client-kafkaconnect'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { arnOf } from '../connect-arns.ts'
import { badRequest, unsupported } from '../connect-errors.ts'
import type { Connector } from '../connector.ts'
import { writeCapacity } from './wire-capacity.ts'
import { writeWorker } from './wire-settings.ts'

/** The log group that workers write to, when there is one. */
export function readLogGroup(given: LogDelivery | undefined): string | undefined {
  const { cloudWatchLogs, firehose, s3 } = given?.workerLogDelivery ?? {}
  if (firehose?.enabled) throw unsupported('workerLogDelivery.firehose')
  if (s3?.enabled) throw unsupported('workerLogDelivery.s3')
  if (!cloudWatchLogs?.enabled) return undefined
  if (!cloudWatchLogs.logGroup) throw badRequest('cloudWatchLogs is enabled without a logGroup.')
  return cloudWatchLogs.logGroup
}

/** What a list and a description have in common. */
export function writeConnector(scope: Scope, connector: Connector) {
  const { details, logGroup, settings } = connector
  const { description, plugin } = details
  return {
    connectorArn: arnOf(scope, 'connector', connector),
    connectorName: connector.name,
    connectorState: connector.state,
    creationTime: dateOf(connector.createdMs),
    currentVersion: connector.version,
    ...(description !== undefined && { connectorDescription: description }),
    capacity: writeCapacity(settings.capacity),
    kafkaCluster: writeCluster(connector),
    kafkaClusterClientAuthentication: { authenticationType: details.authentication },
    kafkaClusterEncryptionInTransit: { encryptionType: details.encryption },
    kafkaConnectVersion: details.kafkaConnectVersion,
    networkType: details.networkType,
    ...(logGroup !== undefined && {
      logDelivery: { workerLogDelivery: { cloudWatchLogs: { enabled: true, logGroup } } },
    }),
    plugins: [{ customPlugin: { customPluginArn: plugin.arn, revision: plugin.revision } }],
    serviceExecutionRoleArn: details.roleArn,
    ...writeWorker(settings.worker),
  }
}

function writeCluster({ details }: Connector) {
  const { bootstrapServers, subnets, securityGroups } = details
  const vpc = { subnets: [...subnets], securityGroups: [...securityGroups] }
  return { apacheKafkaCluster: { bootstrapServers, vpc } }
}
