import { compileEventPattern } from '../../../base/event-pattern.ts'
import type { EventsOperation } from '../contract.ts'
import { notSupported, validation } from '../event-errors.ts'
import { ruleArn } from '../rules.ts'

export const putRule: EventsOperation<'PutRule'> = {
  name: 'PutRule',
  refuses: ['ScheduleExpression', 'Tags'],
  async run({ buses, rules }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { Name: name, EventPattern: pattern, State = 'ENABLED' } = input
    if (!pattern) {
      throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.')
    }
    if (State !== 'ENABLED' && State !== 'DISABLED') throw notSupported(`State ${State}`)
    compileEventPattern(pattern)
    const bus = await buses.get(scope, input.EventBusName)
    await rules.put(scope, {
      name,
      busName: bus.name,
      pattern,
      enabled: State === 'ENABLED',
      description: input.Description,
      roleArn: input.RoleArn,
    })
    return { RuleArn: ruleArn(scope, { busName: bus.name, name }) }
  },
}
