import type { EventsOperation } from '../contract.ts'

export const disableRule: EventsOperation<'DisableRule'> = {
  name: 'DisableRule',
  async run({ buses, rules }, { Name, EventBusName }, scope) {
    const bus = await buses.get(scope, EventBusName)
    await rules.change(scope, bus.name, Name, (rule) => ({ ...rule, enabled: false }))
    return {}
  },
}
