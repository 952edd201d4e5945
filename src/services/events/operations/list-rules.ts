import type { EventsOperation } from '../contract.ts'
import { wireRule } from '../wire-rule.ts'

export const listRules: EventsOperation<'ListRules'> = {
  name: 'ListRules',
  refuses: ['NextToken', 'Limit'],
  async run({ buses, rules }, { NamePrefix, EventBusName }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const found = await rules.list(scope, bus.name, NamePrefix)
    return { Rules: found.map((rule) => wireRule(scope, rule)) }
  },
}
