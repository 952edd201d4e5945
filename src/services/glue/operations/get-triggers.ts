import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import type { Trigger } from '../triggers/triggers.ts'
import { startsJob, triggerToWire } from './wire-trigger.ts'

export const getTriggers: GlueOperation<'GetTriggers'> = {
  name: 'GetTriggers',
  async run({ triggers }, input, context) {
    const { items, NextToken } = await pageByName<Trigger>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => triggers.page(context, page),
    )
    const named = items.filter((trigger) => startsJob(trigger, input.DependentJobName))
    return { Triggers: named.map(triggerToWire), NextToken }
  },
}
