import type { ApiDestination } from '../api-destinations/api-destinations.ts'
import type { EventsOperation } from '../contract.ts'
import { takePage } from '../pages.ts'
import { wireListedApiDestination } from '../wire-api-destination.ts'

export const listApiDestinations: EventsOperation<'ListApiDestinations'> = {
  name: 'ListApiDestinations',
  async run({ apiDestinations, connections }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { NamePrefix: prefix, ConnectionArn } = input
    async function* found(after: string | undefined) {
      for await (const one of apiDestinations.walk(scope, { prefix, after })) {
        if (ConnectionArn === undefined || one.connectionArn === ConnectionArn) yield one
      }
    }
    const page = await takePage(
      { limit: input.Limit, token: input.NextToken },
      ({ name }: ApiDestination) => name,
      found,
    )
    const all = page.items.map((one) => wireListedApiDestination(connections, scope, one))
    return { ApiDestinations: await Promise.all(all), NextToken: page.nextToken }
  },
}
