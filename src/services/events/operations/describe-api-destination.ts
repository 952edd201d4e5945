import type { EventsOperation } from '../contract.ts'
import { wireListedApiDestination } from '../wire-api-destination.ts'

export const describeApiDestination: EventsOperation<'DescribeApiDestination'> = {
  name: 'DescribeApiDestination',
  async run({ apiDestinations, connections }, { Name }, { accountId, region }) {
    const scope = { accountId, region }
    const found = await apiDestinations.get(scope, Name)
    return {
      ...(await wireListedApiDestination(connections, scope, found)),
      ...(found.description !== undefined && { Description: found.description }),
    }
  },
}
