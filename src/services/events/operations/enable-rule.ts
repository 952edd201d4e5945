import type { EventsOperation } from '../contract.ts'

export const enableRule: EventsOperation<'EnableRule'> = {
  name: 'EnableRule',
  async run({ buses, rules }, { Name, EventBusName }, scope) {
    const bus = await buses.get(scope, EventBusName)
    await rules.change(scope, bus.name, Name, (rule) => ({ ...rule, enabled: true }))
    return {}
  },
}
