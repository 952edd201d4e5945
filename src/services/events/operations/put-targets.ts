import type { EventsOperation } from '../contract.ts'
import { limitExceeded } from '../event-errors.ts'
import { eventLimits } from '../limits.ts'
import { ruleArn } from '../rules.ts'
import { targetOf } from '../wire-rule.ts'

export const putTargets: EventsOperation<'PutTargets'> = {
  name: 'PutTargets',
  async run({ buses, rules, targetCheck }, input, { accountId, region }) {
    const scope = { accountId, region }
    const bus = await buses.get(scope, input.EventBusName)
    const rule = await rules.get(scope, bus.name, input.Rule)
    const given = input.Targets.map(targetOf)
    for (const target of given) {
      await targetCheck.check({ scope, arn: ruleArn(scope, rule) }, target)
    }
    const ids = new Set(given.map(({ id }) => id))
    await rules.change(scope, bus.name, input.Rule, (rule) => {
      const all = [...rule.targets.filter(({ id }) => !ids.has(id)), ...given]
      if (all.length > eventLimits.targetsMax) throw limitExceeded()
      return { ...rule, targets: all }
    })
    return { FailedEntryCount: 0, FailedEntries: [] }
  },
}
