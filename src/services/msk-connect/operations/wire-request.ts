import type { Scope } from '../../../base/scope.ts'
import { arnOf, operationArn, parseArnOf } from '../connect-arns.ts'
import type { ConnectorState } from '../connector.ts'
import type { ConnectDeps } from '../contract.ts'

/** Asks a connector for another state; the answer of Pause-, Resume- and RestartConnector. */
export async function askForState(
  { connectors, history }: Pick<ConnectDeps, 'connectors' | 'history'>,
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
  await connectors.check(scope, key, from)
  const operationId = await history.begin(scope, key.id, { kind: wanted.kind })
  const changed = await connectors.ask(scope, key, from, (connector) => ({
    ...connector,
    state: wanted.to,
    operationId,
  }))
  return {
    connectorArn: arnOf(scope, 'connector', changed),
    connectorOperationArn: operationArn(scope, changed, operationId),
  }
}
