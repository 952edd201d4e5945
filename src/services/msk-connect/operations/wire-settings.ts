import type { Plugin, WorkerConfiguration } from '@aws-sdk/client-kafkaconnect'
import type { Scope } from '../../../base/scope.ts'
import { parseArnOf } from '../connect-arns.ts'
import { badRequest, notFound } from '../connect-errors.ts'
import type { ConnectorDetails, ConnectorSettings, WorkerReference } from '../connector.ts'
import { mergedConfiguration } from '../connector.ts'
import type { ConnectDeps } from '../contract.ts'
import { connectLimits } from '../limits.ts'
import type { BuiltInPlugin } from '../plugins.ts'
import { checkClass, pluginOf } from '../plugins.ts'
import { readSinkSettings } from '../sink/settings.ts'
import { readWorkerProperties } from '../worker-properties.ts'
import { writeCapacity } from './wire-capacity.ts'

/** The one plugin that a request names. Throws `BadRequestException` and `NotFoundException`. */
export function readPlugin(
  scope: Scope,
  plugins: ReadonlyArray<Plugin>,
): { readonly plugin: BuiltInPlugin; readonly reference: ConnectorDetails['plugin'] } {
  const [first] = plugins
  if (plugins.length !== 1 || !first?.customPlugin) {
    throw badRequest('plugins has to have exactly one custom plugin.')
  }
  const { customPluginArn: arn = '', revision = 0 } = first.customPlugin
  const plugin = pluginOf(parseArnOf(scope, 'custom-plugin', arn))
  if (revision !== plugin.revision) {
    throw notFound(`The plugin ${plugin.name} has no revision ${revision}.`)
  }
  return { plugin, reference: { arn, revision } }
}

export async function readWorker(
  { workers }: Pick<ConnectDeps, 'workers'>,
  scope: Scope,
  { workerConfigurationArn: arn = '', revision = 0 }: WorkerConfiguration,
): Promise<WorkerReference> {
  const found = await workers.get(scope, parseArnOf(scope, 'worker-configuration', arn))
  if (revision !== 1) throw notFound(`The worker configuration has no revision ${revision}.`)
  return { arn, revision, properties: readWorkerProperties(found.content) }
}

/** Throws `BadRequestException` for settings with which no connector of that name could run. */
export function checkSettings(
  plugin: BuiltInPlugin,
  name: string,
  settings: ConnectorSettings,
): ConnectorSettings {
  const { configuration } = settings
  const bytes = Buffer.byteLength(JSON.stringify(configuration))
  if (bytes > connectLimits.configurationBytesMax) {
    throw badRequest(
      `A connector configuration has at most ${connectLimits.configurationBytesMax} bytes.`,
    )
  }
  const { name: given, ...rest } = configuration
  if (given !== undefined && given !== name) {
    throw badRequest('The setting name has to be the name of the connector.')
  }
  checkClass(plugin, rest['connector.class'] ?? '')
  const checked = { ...settings, configuration: rest }
  readSinkSettings(mergedConfiguration(checked))
  return checked
}

export function writeWorker(worker: WorkerReference | undefined) {
  if (!worker) return {}
  const { arn, revision } = worker
  return { workerConfiguration: { workerConfigurationArn: arn, revision } }
}

export function writeWorkerSetting({ capacity, worker }: ConnectorSettings) {
  return { capacity: writeCapacity(capacity), ...writeWorker(worker) }
}
