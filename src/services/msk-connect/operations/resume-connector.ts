import type { ConnectOperation } from '../contract.ts'
import { askForState } from './wire-request.ts'

export const resumeConnector: ConnectOperation<'ResumeConnector'> = {
  name: 'ResumeConnector',
  run: (deps, { connectorArn = '' }, scope) =>
    askForState(deps, scope, connectorArn, { kind: 'resume', from: ['PAUSED'], to: 'RESUMING' }),
}
