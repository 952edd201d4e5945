import type { GlueOperation } from '../contract.ts'
import { triggerToWire } from './wire-trigger.ts'

export const getTrigger: GlueOperation<'GetTrigger'> = {
  name: 'GetTrigger',
  async run({ triggers }, input, context) {
    return { Trigger: triggerToWire(await triggers.get(context, input.Name)) }
  },
}
