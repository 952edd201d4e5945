import type { GlueOperation } from '../contract.ts'
import { changeFromWire, checkTrigger, triggerToWire } from './wire-trigger.ts'

export const updateTrigger: GlueOperation<'UpdateTrigger'> = {
  name: 'UpdateTrigger',
  async run({ triggers }, input, context) {
    const change = changeFromWire(input.TriggerUpdate)
    checkTrigger({ ...(await triggers.get(context, input.Name)), ...change })
    return { Trigger: triggerToWire(await triggers.update(context, input.Name, change)) }
  },
}
