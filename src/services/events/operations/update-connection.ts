import type { EventsOperation } from '../contract.ts'
import { connectionAuth, wireConnection } from '../wire-connection.ts'

export const updateConnection: EventsOperation<'UpdateConnection'> = {
  name: 'UpdateConnection',
  refuses: ['InvocationConnectivityParameters', 'KmsKeyIdentifier'],
  async run({ connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { Name, Description: description, AuthorizationType, AuthParameters } = input
    const { type: currentType } = await connections.get(scope, Name)
    const type = AuthorizationType ?? currentType
    const isChanged = AuthParameters !== undefined || type !== currentType
    const changed = await connections.update(scope, Name, {
      description,
      auth: (current) =>
        isChanged ? connectionAuth(type, AuthParameters ?? {}, current) : undefined,
    })
    return wireConnection(scope, changed)
  },
}
