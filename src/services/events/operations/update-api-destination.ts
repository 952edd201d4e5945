import type { EventsOperation } from '../contract.ts'
import { httpUrl, requireConnection, wireApiDestination } from '../wire-api-destination.ts'

export const updateApiDestination: EventsOperation<'UpdateApiDestination'> = {
  name: 'UpdateApiDestination',
  async run({ apiDestinations, connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { Description, ConnectionArn, InvocationEndpoint, HttpMethod } = input
    const { InvocationRateLimitPerSecond: perSecondMax } = input
    await apiDestinations.get(scope, input.Name)
    if (ConnectionArn) await requireConnection(connections, scope, ConnectionArn)
    const changed = await apiDestinations.update(scope, input.Name, {
      ...(Description !== undefined && { description: Description }),
      ...(ConnectionArn !== undefined && { connectionArn: ConnectionArn }),
      ...(InvocationEndpoint !== undefined && {
        endpoint: httpUrl('InvocationEndpoint', InvocationEndpoint),
      }),
      ...(HttpMethod !== undefined && { method: HttpMethod }),
      ...(perSecondMax !== undefined && { perSecondMax }),
    })
    return wireApiDestination(connections, scope, changed)
  },
}
