import { arnOf, parseOperationArn } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'
import { writeOperation, writeSteps } from './wire-operation.ts'
import { writeWorkerSetting } from './wire-settings.ts'

export const describeConnectorOperation: ConnectOperation<'DescribeConnectorOperation'> = {
  name: 'DescribeConnectorOperation',
  async run({ connectors, history }, { connectorOperationArn = '' }, scope) {
    const { connector, operationId } = parseOperationArn(scope, connectorOperationArn)
    const { id } = await connectors.get(scope, connector)
    const operation = await history.get(scope, id, operationId)
    const { kind, origin, target, failure } = operation
    return {
      ...writeOperation(scope, connector, operation),
      connectorArn: arnOf(scope, 'connector', connector),
      operationSteps: writeSteps(operation),
      ...(kind === 'configuration' && {
        originConnectorConfiguration: { ...origin?.configuration },
        targetConnectorConfiguration: { ...target?.configuration },
      }),
      ...(kind === 'worker' && {
        ...(origin && { originWorkerSetting: writeWorkerSetting(origin) }),
        ...(target && { targetWorkerSetting: writeWorkerSetting(target) }),
      }),
      ...(failure && { errorInfo: failure }),
    }
  },
}
