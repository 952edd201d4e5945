import type { ConnectOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { writeConnector } from './wire-connector.ts'

export const listConnectors: ConnectOperation<'ListConnectors'> = {
  name: 'ListConnectors',
  async run({ connectors }, { connectorNamePrefix = '', ...page }, scope) {
    const all = await connectors.list(scope, connectorNamePrefix)
    const { items, next } = pageOfAll(page, all, ({ name }) => name)
    return { connectors: items.map((one) => writeConnector(scope, one)), ...next }
  },
}
