import { parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { writeOperation } from './wire-operation.ts'

export const listConnectorOperations: ConnectOperation<'ListConnectorOperations'> = {
  name: 'ListConnectorOperations',
  async run({ connectors, history }, { connectorArn = '', ...page }, scope) {
    const connector = await connectors.get(scope, parseArnOf(scope, 'connector', connectorArn))
    const all = await history.list(scope, connector.id)
    const { items, next } = pageOfAll(page, all, ({ id }) => id)
    return {
      connectorOperations: items.map((one) => writeOperation(scope, connector, one)),
      ...next,
    }
  },
}
