import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { NamedResource } from '../connect-arns.ts'
import { arnOf, operationArn, parseArnOf } from '../connect-arns.ts'
import type { Connector, ConnectorState, Failure } from '../connector.ts'
import type { ConnectorOperation } from '../connector-operations.ts'
import type { ConnectDeps } from '../contract.ts'

/**
 * Changes a connector as `connectors.ask` does, with an operation in its history. An operation whose
 * change is refused has failed, for the same reason.
 */
export async function askWithOperation(
  { connectors, history }: Pick<ConnectDeps, 'connectors' | 'history'>,
  scope: Scope,
  key: NamedResource,
  from: { readonly states: ReadonlyArray<ConnectorState>; readonly version?: string | undefined },
  wanted: {
    readonly operation: Pick<ConnectorOperation, 'kind' | 'origin' | 'target'>
    readonly change: (connector: Connector) => Connector
  },
): Promise<{ readonly changed: Connector; readonly operationId: string }> {
  // Judged before the operation is written down, and once more when the connector is changed.
  await connectors.check(scope, key, from)
  const operationId = await history.begin(scope, key.id, wanted.operation)
  try {
    const changed = await connectors.ask(scope, key, from, (connector) => ({
      ...wanted.change(connector),
      operationId,
    }))
    return { changed, operationId }
  } catch (error) {
    // Nobody works on it: it would be in progress for ever.
    const failure = failureOf(error)
    await history.end(scope, key.id, operationId, { outcome: 'failed', failure })
    throw error
  }
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof ServiceError ? error.code : 'InternalServerErrorException'
  return { code, message }
}

/** Asks a connector for another state; the answer of Pause-, Resume- and RestartConnector. */
export async function askForState(
  deps: Pick<ConnectDeps, 'connectors' | 'history'>,
  scope: Scope,
  arn: string,
  wanted: {
    readonly kind: 'pause' | 'resume' | 'restart'
    readonly from: ReadonlyArray<ConnectorState>
    readonly to: ConnectorState
  },
) {
  const key = parseArnOf(scope, 'connector', arn)
  const from = { states: wanted.from }
  const { changed, operationId } = await askWithOperation(deps, scope, key, from, {
    operation: { kind: wanted.kind },
    change: (connector) => ({ ...connector, state: wanted.to }),
  })
  return {
    connectorArn: arnOf(scope, 'connector', changed),
    connectorOperationArn: operationArn(scope, changed, operationId),
  }
}
