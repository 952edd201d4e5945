import type { EventsOperation } from '../contract.ts'
import { wireConnection } from '../wire-connection.ts'

export const deleteConnection: EventsOperation<'DeleteConnection'> = {
  name: 'DeleteConnection',
  async run({ connections }, { Name }, { accountId, region }) {
    const scope = { accountId, region }
    const removed = await connections.remove(scope, Name)
    // AWS: what the connection is while it goes. Here it is gone already.
    return { ...wireConnection(scope, removed), ConnectionState: 'DELETING' }
  },
}
