import { parseArn } from '../../../base/arn.ts'
import { arnOf } from '../connect-arns.ts'
import { badRequest } from '../connect-errors.ts'
import type { ConnectOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { readCapacity } from './wire-capacity.ts'
import { readClusterAccess } from './wire-cluster.ts'
import { readLogGroup } from './wire-connector.ts'
import { checkSettings, readPlugin, readWorker } from './wire-settings.ts'

// AWS: letters, digits, hyphens, underscores and dots would make names of groups; these are its console's.
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]*$/
const VERSIONS = ['2.7.1', '3.7.x']

export const createConnector: ConnectOperation<'CreateConnector'> = {
  name: 'CreateConnector',
  async run(deps, input, scope) {
    const { connectorName: name = '', kafkaConnectVersion = '', logDelivery, tags = {} } = input
    if (!NAME.test(name)) {
      throw badRequest('A connector name has letters, digits and hyphens, and no hyphen first.')
    }
    if (!VERSIONS.includes(kafkaConnectVersion)) {
      throw badRequest(`kafkaConnectVersion has to be one of ${VERSIONS.join(', ')}.`)
    }
    const { plugin, reference } = readPlugin(scope, input.plugins ?? [])
    const worker = input.workerConfiguration
      ? await readWorker(deps, scope, input.workerConfiguration)
      : undefined
    const settings = checkSettings(plugin, name, {
      configuration: input.connectorConfiguration ?? {},
      capacity: readCapacity(input.capacity ?? {}),
      ...(worker && { worker }),
    })
    const { subnets = [], securityGroups = [] } = input.kafkaCluster?.apacheKafkaCluster?.vpc ?? {}
    const details = {
      ...(input.connectorDescription !== undefined && { description: input.connectorDescription }),
      ...{ kafkaConnectVersion, subnets, securityGroups },
      networkType: input.networkType ?? 'IPV4',
      roleArn: checkRole(input.serviceExecutionRoleArn ?? ''),
      plugin: reference,
      ...(await readClusterAccess(deps, scope, input)),
    }
    const logGroup = readLogGroup(logDelivery)
    const made = await deps.connectors.create(scope, {
      ...{ name, settings, details, tags: withTags({}, tags) },
      ...(logGroup !== undefined && { logGroup }),
    })
    return {
      connectorArn: arnOf(scope, 'connector', made),
      connectorName: name,
      connectorState: made.state,
    }
  },
}

function checkRole(text: string): string {
  const arn = parseArn(text)
  if (arn?.service === 'iam' && arn.resource.startsWith('role/')) return text
  throw badRequest('serviceExecutionRoleArn is no ARN of a role.')
}
