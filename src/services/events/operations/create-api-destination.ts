import type { EventsOperation } from '../contract.ts'
import { eventLimits } from '../limits.ts'
import { httpUrl, requireConnection, wireApiDestination } from '../wire-api-destination.ts'

export const createApiDestination: EventsOperation<'CreateApiDestination'> = {
  name: 'CreateApiDestination',
  async run({ apiDestinations, connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const endpoint = httpUrl('InvocationEndpoint', input.InvocationEndpoint)
    await requireConnection(connections, scope, input.ConnectionArn)
    const created = await apiDestinations.create(scope, {
      name: input.Name,
      description: input.Description,
      connectionArn: input.ConnectionArn,
      endpoint,
      method: input.HttpMethod,
      perSecondMax: input.InvocationRateLimitPerSecond ?? eventLimits.invocationsPerSecond,
    })
    return wireApiDestination(connections, scope, created)
  },
}
