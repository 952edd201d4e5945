import type { EventsOperation } from '../contract.ts'

export const removeTargets: EventsOperation<'RemoveTargets'> = {
  name: 'RemoveTargets',
  async run({ buses, rules }, input, scope) {
    const bus = await buses.get(scope, input.EventBusName)
    const gone = new Set(input.Ids)
    await rules.change(scope, bus.name, input.Rule, (rule) => ({
      ...rule,
      targets: rule.targets.filter(({ id }) => !gone.has(id)),
    }))
    return { FailedEntryCount: 0, FailedEntries: [] }
  },
}
