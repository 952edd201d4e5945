import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import type { Trigger } from '../triggers/triggers.ts'
import { withTags } from './wire-resource.ts'
import { startsJob } from './wire-trigger.ts'

export const listTriggers: GlueOperation<'ListTriggers'> = {
  name: 'ListTriggers',
  async run({ triggers, tags }, input, context) {
    const { items, NextToken } = await pageByName<Trigger>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => triggers.page(context, page),
    )
    const named = items.filter((trigger) => startsJob(trigger, input.DependentJobName))
    const names = named.map(({ name }) => name)
    return { TriggerNames: await withTags(tags, context, 'trigger', names, input.Tags), NextToken }
  },
}
