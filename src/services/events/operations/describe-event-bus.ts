import type { EventsOperation } from '../contract.ts'
import { wireBus } from '../wire-bus.ts'

export const describeEventBus: EventsOperation<'DescribeEventBus'> = {
  name: 'DescribeEventBus',
  async run({ buses }, { Name }, scope) {
    return wireBus(scope, await buses.get(scope, Name))
  },
}
