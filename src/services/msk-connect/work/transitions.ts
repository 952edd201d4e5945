import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Connector, ConnectorSettings, Failure } from '../connector.ts'
import { mergedConfiguration } from '../connector.ts'
import type { ConnectorOperation, ConnectorOperations } from '../connector-operations.ts'
import type { Connectors } from '../connectors.ts'
import { readSinkSettings } from '../sink/settings.ts'
import type { SinkDeps } from './sink-run.ts'
import { bucketScope, isPassing, tell } from './sink-run.ts'

interface TransitionDeps extends Pick<SinkDeps, 'objects' | 'checkpoints' | 'logs' | 'clock'> {
  readonly connectors: Connectors
  readonly history: ConnectorOperations
}

/**
 * Does what was asked of a connector, and writes down how it is then. Undefined where there is no more
 * to do for it: it is gone, at rest, or was changed meanwhile.
 */
export async function settle(
  deps: TransitionDeps,
  scope: Scope,
  connector: Connector,
): Promise<Connector | undefined> {
  switch (connector.state) {
    case 'DELETING':
      return remove(deps, scope, connector)
    case 'PAUSING': {
      await move(deps, scope, connector, { state: 'PAUSED' }, { outcome: 'complete' })
      return undefined
    }
    case 'UPDATING':
      return update(deps, scope, connector)
    case 'CREATING':
    case 'RESUMING':
    case 'RESTARTING':
      return start(deps, scope, connector)
    default:
      return connector
  }
}

async function remove(
  { connectors, history, checkpoints }: TransitionDeps,
  scope: Scope,
  connector: Connector,
): Promise<undefined> {
  await checkpoints.removeAll(scope, connector.id)
  await history.removeAll(scope, connector.id)
  await connectors.remove(scope, connector)
}

async function start(
  deps: TransitionDeps,
  scope: Scope,
  connector: Connector,
): Promise<Connector | undefined> {
  const failure = await problemOf(deps, scope, connector.settings)
  if (!failure) return move(deps, scope, connector, { state: 'RUNNING' }, { outcome: 'complete' })
  await tell(deps, { scope, connector }, [`ERROR The connector does not start: ${failure.message}`])
  await move(deps, scope, connector, { state: 'FAILED', failure }, { outcome: 'failed', failure })
  return undefined
}

async function update(
  deps: TransitionDeps,
  scope: Scope,
  connector: Connector,
): Promise<Connector | undefined> {
  const { target } = connector
  if (!target) return start(deps, scope, connector)
  const { settings, skipsHealth, before } = target
  const problem = skipsHealth ? undefined : await problemOf(deps, scope, settings)
  if (problem) {
    const result = { outcome: 'rolled-back', failure: problem } as const
    const { failure } = connector
    return move(deps, scope, connector, { state: before, ...(failure && { failure }) }, result)
  }
  if (before === 'FAILED') await deps.checkpoints.removeAll(scope, connector.id)
  const state = before === 'PAUSED' ? 'PAUSED' : 'RUNNING'
  return move(deps, scope, connector, { state, settings }, { outcome: 'complete' })
}

/** Ends the operation that goes on, when there is one, and what only held while it went on. */
async function move(
  { connectors, history }: TransitionDeps,
  scope: Scope,
  connector: Connector,
  to: Pick<Connector, 'state'> & {
    readonly failure?: Failure
    readonly settings?: ConnectorSettings
  },
  result: Pick<ConnectorOperation, 'outcome' | 'failure'>,
): Promise<Connector | undefined> {
  const { operationId } = connector
  if (operationId !== undefined) await history.end(scope, connector.id, operationId, result)
  return connectors.note(scope, connector, (current) => {
    const { operationId: _ended, target: _reached, failure: _cured, ...rest } = current
    return { ...rest, ...to }
  })
}

/** Why a connector cannot run with these settings. */
async function problemOf(
  { objects }: TransitionDeps,
  scope: Scope,
  given: ConnectorSettings,
): Promise<Failure | undefined> {
  try {
    const settings = readSinkSettings(mergedConfiguration(given))
    if (await objects.bucketExists(bucketScope({ scope, settings }), settings.bucket))
      return undefined
    const message = `Non-existent S3 bucket: ${settings.bucket}`
    return {
      code: 'InvalidInput.InvalidConnectorConfiguration',
      message: `The connector configuration is invalid. Message: ${message}`,
    }
  } catch (error) {
    if (isPassing(error) || !(error instanceof ServiceError)) throw error
    return { code: 'InvalidInput.InvalidConnectorConfiguration', message: error.message }
  }
}
