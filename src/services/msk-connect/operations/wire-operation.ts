import type {
  ConnectorOperationState,
  ConnectorOperationStep,
  ConnectorOperationType,
} from '@aws-sdk/client-kafkaconnect'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { NamedResource } from '../connect-arns.ts'
import { operationArn } from '../connect-arns.ts'
import type { ConnectorOperation, OperationKind } from '../connector-operations.ts'

const types: Readonly<Record<OperationKind, ConnectorOperationType>> = {
  configuration: 'UPDATE_CONNECTOR_CONFIGURATION',
  worker: 'UPDATE_WORKER_SETTING',
  pause: 'PAUSE_CONNECTOR',
  resume: 'RESUME_CONNECTOR',
  restart: 'RESTART_CONNECTOR',
}

const prefixes = {
  configuration: 'UPDATE',
  worker: 'UPDATE',
  pause: 'PAUSE',
  resume: 'RESUME',
  restart: 'RESTART',
} as const

export function writeOperation(
  scope: Scope,
  connector: NamedResource,
  { id, kind, outcome, createdMs, endedMs }: Omit<ConnectorOperation, 'origin' | 'target'>,
) {
  return {
    connectorOperationArn: operationArn(scope, connector, id),
    connectorOperationType: types[kind],
    connectorOperationState: stateOf(kind, outcome),
    creationTime: dateOf(createdMs),
    ...(endedMs !== undefined && { endTime: dateOf(endedMs) }),
  }
}

function stateOf(
  kind: OperationKind,
  outcome: ConnectorOperation['outcome'],
): ConnectorOperationState {
  if (outcome === 'rolled-back') return 'ROLLBACK_COMPLETE'
  const prefix = prefixes[kind]
  if (outcome === 'complete') return `${prefix}_COMPLETE`
  return outcome === 'failed' ? `${prefix}_FAILED` : `${prefix}_IN_PROGRESS`
}

/** What an update consists of: it is judged, made, and there. */
export function writeSteps({ kind, outcome }: ConnectorOperation): ConnectorOperationStep[] {
  if (kind !== 'configuration' && kind !== 'worker') return []
  const validated = { 'in-progress': 'IN_PROGRESS', complete: 'COMPLETED' } as const
  const done = { 'in-progress': 'PENDING', complete: 'COMPLETED' } as const
  const isOver = outcome === 'failed' || outcome === 'rolled-back'
  const stepState = isOver ? 'CANCELLED' : done[outcome]
  return [
    { stepType: 'INITIALIZE_UPDATE', stepState: 'COMPLETED' },
    { stepType: 'VALIDATE_UPDATE', stepState: isOver ? 'FAILED' : validated[outcome] },
    {
      stepType: kind === 'worker' ? 'UPDATE_WORKER_SETTING' : 'UPDATE_CONNECTOR_CONFIGURATION',
      stepState,
    },
    { stepType: 'FINALIZE_UPDATE', stepState },
  ]
}
