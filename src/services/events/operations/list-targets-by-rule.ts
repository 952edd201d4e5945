import type { EventsOperation } from '../contract.ts'
import { wireTarget } from '../wire-rule.ts'

export const listTargetsByRule: EventsOperation<'ListTargetsByRule'> = {
  name: 'ListTargetsByRule',
  refuses: ['NextToken', 'Limit'],
  async run({ buses, rules }, { Rule, EventBusName }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const { targets } = await rules.get(scope, bus.name, Rule)
    return { Targets: targets.map(wireTarget) }
  },
}
