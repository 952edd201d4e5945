import { parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'
import { writeConnector } from './wire-connector.ts'

export const describeConnector: ConnectOperation<'DescribeConnector'> = {
  name: 'DescribeConnector',
  async run({ connectors }, { connectorArn = '' }, scope) {
    const connector = await connectors.get(scope, parseArnOf(scope, 'connector', connectorArn))
    const { failure, settings } = connector
    return {
      ...writeConnector(scope, connector),
      connectorConfiguration: { ...settings.configuration },
      ...(failure && { stateDescription: failure }),
    }
  },
}
