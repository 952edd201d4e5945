import type { EventsOperation } from '../contract.ts'
import { wireBus } from '../wire-bus.ts'

export const listEventBuses: EventsOperation<'ListEventBuses'> = {
  name: 'ListEventBuses',
  refuses: ['NextToken', 'Limit'],
  async run({ buses }, { NamePrefix }, scope) {
    const found = await buses.list(scope, NamePrefix)
    return { EventBuses: found.map((bus) => wireBus(scope, bus)) }
  },
}
