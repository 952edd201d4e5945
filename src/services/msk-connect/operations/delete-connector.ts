import { arnOf, parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'

export const deleteConnector: ConnectOperation<'DeleteConnector'> = {
  name: 'DeleteConnector',
  async run({ connectors }, { connectorArn = '', currentVersion }, scope) {
    const key = parseArnOf(scope, 'connector', connectorArn)
    const states = [
      ...(['CREATING', 'RUNNING', 'UPDATING', 'FAILED', 'DELETING'] as const),
      ...(['PAUSING', 'PAUSED', 'RESUMING', 'RESTARTING'] as const),
    ]
    const from = { states, version: currentVersion }
    const changed = await connectors.ask(scope, key, from, (connector) => ({
      ...connector,
      state: 'DELETING',
    }))
    return {
      connectorArn: arnOf(scope, 'connector', changed),
      connectorState: changed.state,
    }
  },
}
