import { parseArnOf } from '../connect-arns.ts'
import { badRequest } from '../connect-errors.ts'
import type { ConnectOperation } from '../contract.ts'
import { askForState } from './wire-request.ts'

export const restartConnector: ConnectOperation<'RestartConnector'> = {
  name: 'RestartConnector',
  async run(deps, { connectorArn = '', onlyFailedTasks = false }, scope) {
    const found = await deps.connectors.get(scope, parseArnOf(scope, 'connector', connectorArn))
    // A task that fails takes the others with it: either none has failed, or all.
    if (onlyFailedTasks && found.state !== 'FAILED') throw badRequest('No task has failed.')
    const wanted = { kind: 'restart', from: ['RUNNING', 'FAILED'], to: 'RESTARTING' } as const
    return askForState(deps, scope, connectorArn, wanted)
  },
}
