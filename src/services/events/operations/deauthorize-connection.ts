import type { EventsOperation } from '../contract.ts'
import { wireConnection } from '../wire-connection.ts'

export const deauthorizeConnection: EventsOperation<'DeauthorizeConnection'> = {
  name: 'DeauthorizeConnection',
  async run({ connections }, { Name }, { accountId, region }) {
    const scope = { accountId, region }
    return wireConnection(scope, await connections.deauthorize(scope, Name))
  },
}
