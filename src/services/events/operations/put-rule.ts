import { compileEventPattern } from '../../../base/event-pattern.ts'
import type { EventsOperation } from '../contract.ts'
import { notSupported, validation } from '../event-errors.ts'
import { checkedTags } from '../resource-tags.ts'
import { checkSchedule } from '../rule-schedules.ts'
import { ruleArn } from '../rules.ts'
import { tagsOf } from '../wire-tags.ts'

export const putRule: EventsOperation<'PutRule'> = {
  name: 'PutRule',
  async run({ buses, rules, ruleSchedules, targetCheck }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { Name: name, EventPattern: pattern, State = 'ENABLED' } = input
    const schedule = input.ScheduleExpression || undefined
    if (!pattern && !schedule) {
      throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.')
    }
    if (State !== 'ENABLED' && State !== 'DISABLED') throw notSupported(`State ${State}`)
    if (pattern) compileEventPattern(pattern)
    const bus = await buses.get(scope, input.EventBusName)
    if (schedule) checkSchedule(schedule, bus.name)
    const arn = ruleArn(scope, { busName: bus.name, name })
    if (input.RoleArn) await targetCheck.requireRole({ scope, arn }, input.RoleArn)
    await rules.put(scope, {
      name,
      busName: bus.name,
      pattern: pattern || undefined,
      schedule,
      enabled: State === 'ENABLED',
      description: input.Description,
      roleArn: input.RoleArn,
      tags: checkedTags(tagsOf(input.Tags)),
    })
    if (schedule) await ruleSchedules.set(scope, name, schedule)
    return { RuleArn: arn }
  },
}
