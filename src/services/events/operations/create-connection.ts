import type { EventsOperation } from '../contract.ts'
import { connectionAuth, wireConnection } from '../wire-connection.ts'

export const createConnection: EventsOperation<'CreateConnection'> = {
  name: 'CreateConnection',
  refuses: ['InvocationConnectivityParameters', 'KmsKeyIdentifier'],
  async run({ connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const connection = await connections.create(scope, {
      name: input.Name,
      description: input.Description,
      auth: connectionAuth(input.AuthorizationType, input.AuthParameters),
    })
    const { LastAuthorizedTime: _, ...answer } = wireConnection(scope, connection)
    return answer
  },
}
