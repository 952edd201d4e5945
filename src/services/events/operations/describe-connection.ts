import type { EventsOperation } from '../contract.ts'
import { wireAuth, wireListedConnection } from '../wire-connection.ts'

export const describeConnection: EventsOperation<'DescribeConnection'> = {
  name: 'DescribeConnection',
  async run({ connections }, { Name }, { accountId, region }) {
    const scope = { accountId, region }
    const connection = await connections.get(scope, Name)
    const auth = await connections.authOf(scope, connection)
    const { description } = connection
    // No SecretArn: the secrets lie in no secret of Secrets Manager.
    return {
      ...wireListedConnection(scope, connection),
      ...(description !== undefined && { Description: description }),
      ...(auth && { AuthParameters: wireAuth(auth) }),
    }
  },
}
