import type { UpdateConnectorRequest } from '@aws-sdk/client-kafkaconnect'
import type { Scope } from '../../../base/scope.ts'
import { arnOf, operationArn, parseArnOf } from '../connect-arns.ts'
import { badRequest } from '../connect-errors.ts'
import type { Connector, ConnectorSettings } from '../connector.ts'
import type { ConnectDeps, ConnectOperation } from '../contract.ts'
import { readCapacity } from './wire-capacity.ts'
import { askWithOperation } from './wire-request.ts'
import { checkSettings, readPlugin, readWorker } from './wire-settings.ts'

const STATES = ['RUNNING', 'PAUSED', 'FAILED'] as const

export const updateConnector: ConnectOperation<'UpdateConnector'> = {
  name: 'UpdateConnector',
  async run(deps, input, scope) {
    const key = parseArnOf(scope, 'connector', input.connectorArn ?? '')
    const kind = kindOf(input)
    const before = await deps.connectors.get(scope, key)
    const skipsHealth = input.skipHealthValidation ?? false
    if (before.state === 'PAUSED' && !skipsHealth) {
      throw badRequest('To update a connector that is PAUSED, skipHealthValidation has to be true.')
    }
    const settings = await readTarget(deps, scope, before, input)
    const origin = before.settings
    const from = { states: STATES, version: input.currentVersion }
    const { changed, operationId } = await askWithOperation(deps, scope, key, from, {
      operation: { kind, origin, target: settings },
      change: (connector) => {
        const state = STATES.find((one) => one === connector.state) ?? 'RUNNING'
        return { ...connector, state: 'UPDATING', target: { settings, skipsHealth, before: state } }
      },
    })
    return {
      connectorArn: arnOf(scope, 'connector', changed),
      connectorState: changed.state,
      connectorOperationArn: operationArn(scope, changed, operationId),
    }
  },
}

function kindOf(input: UpdateConnectorRequest): 'configuration' | 'worker' {
  const { capacity, plugins, workerConfiguration, useDefaultWorkerConfiguration } = input
  const isWorker = capacity ?? plugins ?? workerConfiguration ?? useDefaultWorkerConfiguration
  const isConfiguration = input.connectorConfiguration !== undefined
  if (isConfiguration === (isWorker !== undefined)) {
    throw badRequest(
      'Either connectorConfiguration or the worker setting has to be given, and not both.',
    )
  }
  if (workerConfiguration && useDefaultWorkerConfiguration) {
    throw badRequest('workerConfiguration and useDefaultWorkerConfiguration exclude each other.')
  }
  return isConfiguration ? 'configuration' : 'worker'
}

/** What is not said stays as it is. */
async function readTarget(
  deps: ConnectDeps,
  scope: Scope,
  { name, settings, details }: Connector,
  input: UpdateConnectorRequest,
): Promise<ConnectorSettings> {
  const current = { customPluginArn: details.plugin.arn, revision: details.plugin.revision }
  const { plugin } = readPlugin(scope, input.plugins ?? [{ customPlugin: current }])
  const { worker: before, ...rest } = settings
  const kept = input.useDefaultWorkerConfiguration ? undefined : before
  const worker = input.workerConfiguration
    ? await readWorker(deps, scope, input.workerConfiguration)
    : kept
  return checkSettings(plugin, name, {
    ...rest,
    ...(input.connectorConfiguration && { configuration: input.connectorConfiguration }),
    ...(input.capacity && { capacity: readCapacity(input.capacity) }),
    ...(worker && { worker }),
  })
}
