import type { Connection } from '../api-destinations/connection.ts'
import type { EventsOperation } from '../contract.ts'
import { takePage } from '../pages.ts'
import { wireListedConnection } from '../wire-connection.ts'

export const listConnections: EventsOperation<'ListConnections'> = {
  name: 'ListConnections',
  async run({ connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { NamePrefix: prefix, ConnectionState: state } = input
    async function* found(after: string | undefined) {
      for await (const one of connections.walk(scope, { prefix, after })) {
        if (state === undefined || one.state === state) yield one
      }
    }
    const page = await takePage(
      { limit: input.Limit, token: input.NextToken },
      ({ name }: Connection) => name,
      found,
    )
    return {
      Connections: page.items.map((one) => wireListedConnection(scope, one)),
      NextToken: page.nextToken,
    }
  },
}
