import type { Bus } from '../bus.ts'
import type { EventsOperation } from '../contract.ts'
import { itemsAfter, takePage } from '../pages.ts'
import { wireBus } from '../wire-bus.ts'

export const listEventBuses: EventsOperation<'ListEventBuses'> = {
  name: 'ListEventBuses',
  async run({ buses }, { NamePrefix, Limit, NextToken }, scope) {
    const found = await buses.list(scope, NamePrefix)
    const nameOf = ({ name }: Bus) => name
    const page = await takePage({ limit: Limit, token: NextToken }, nameOf, (after) =>
      itemsAfter(found, nameOf, after),
    )
    return {
      EventBuses: page.items.map((bus) => wireBus(scope, bus)),
      NextToken: page.nextToken,
    }
  },
}
