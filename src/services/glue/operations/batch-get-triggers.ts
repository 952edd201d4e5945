import type { GlueOperation } from '../contract.ts'
import { triggerToWire } from './wire-trigger.ts'

export const batchGetTriggers: GlueOperation<'BatchGetTriggers'> = {
  name: 'BatchGetTriggers',
  async run({ triggers }, input, context) {
    const found = await Promise.all(input.TriggerNames.map((name) => triggers.find(context, name)))
    return {
      Triggers: found.flatMap((trigger) => (trigger ? [triggerToWire(trigger)] : [])),
      TriggersNotFound: input.TriggerNames.filter((_, at) => !found[at]),
    }
  },
}
