import type { ConnectOperation } from '../contract.ts'
import { askForState } from './wire-request.ts'

export const pauseConnector: ConnectOperation<'PauseConnector'> = {
  name: 'PauseConnector',
  run: (deps, { connectorArn = '' }, scope) =>
    askForState(deps, scope, connectorArn, { kind: 'pause', from: ['RUNNING'], to: 'PAUSING' }),
}
