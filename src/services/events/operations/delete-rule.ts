import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const deleteRule: EventsOperation<'DeleteRule'> = {
  name: 'DeleteRule',
  async run({ buses, rules, ruleSchedules }, { Name, EventBusName }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const rule = await rules.find(scope, bus.name, Name)
    if (rule && rule.targets.length > 0) {
      throw validation("Rule can't be deleted since it has targets.")
    }
    await rules.remove(scope, bus.name, Name)
    if (rule?.schedule !== undefined) await ruleSchedules.forget(scope, Name)
    return {}
  },
}
