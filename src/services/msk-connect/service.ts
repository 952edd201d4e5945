import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { ConnectDeps } from './contract.ts'
import { createConnector } from './operations/create-connector.ts'
import { createCustomPlugin } from './operations/create-custom-plugin.ts'
import { createWorkerConfiguration } from './operations/create-worker-configuration.ts'
import { deleteConnector } from './operations/delete-connector.ts'
import { deleteCustomPlugin } from './operations/delete-custom-plugin.ts'
import { deleteWorkerConfiguration } from './operations/delete-worker-configuration.ts'
import { describeConnector } from './operations/describe-connector.ts'
import { describeConnectorOperation } from './operations/describe-connector-operation.ts'
import { describeCustomPlugin } from './operations/describe-custom-plugin.ts'
import { describeWorkerConfiguration } from './operations/describe-worker-configuration.ts'
import { listConnectorOperations } from './operations/list-connector-operations.ts'
import { listConnectors } from './operations/list-connectors.ts'
import { listCustomPlugins } from './operations/list-custom-plugins.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listWorkerConfigurations } from './operations/list-worker-configurations.ts'
import { pauseConnector } from './operations/pause-connector.ts'
import { restartConnector } from './operations/restart-connector.ts'
import { resumeConnector } from './operations/resume-connector.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateConnector } from './operations/update-connector.ts'
import type { ConnectorWorkDeps } from './work/connector-work.ts'
import { runConnectors } from './work/connector-work.ts'

/** Amazon MSK Connect (`kafkaconnect`): connectors that run here, over the topics of the broker. */
export function createMskConnectService(deps: ConnectDeps & ConnectorWorkDeps): Service {
  return {
    name: 'kafkaconnect',
    start: (signal) => runConnectors(deps, signal),
    operations: bindOperations(deps, [
      createConnector,
      createCustomPlugin,
      createWorkerConfiguration,
      deleteConnector,
      deleteCustomPlugin,
      deleteWorkerConfiguration,
      describeConnectorOperation,
      describeConnector,
      describeCustomPlugin,
      describeWorkerConfiguration,
      listConnectorOperations,
      listConnectors,
      listCustomPlugins,
      listTagsForResource,
      listWorkerConfigurations,
      pauseConnector,
      restartConnector,
      resumeConnector,
      tagResource,
      untagResource,
      updateConnector,
    ]),
  }
}
