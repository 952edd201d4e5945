import { invalidInput } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { triggerFromWire } from './wire-trigger.ts'

/** EVENT triggers and those of workflows are refused by name. */
export const createTrigger: GlueOperation<'CreateTrigger'> = {
  name: 'CreateTrigger',
  refuses: ['EventBatchingCondition'],
  async run({ triggers, tags }, input, context) {
    const definition = triggerFromWire(input)
    if (input.StartOnCreation && definition.type === 'ON_DEMAND') {
      throw invalidInput('StartOnCreation is not supported for ON_DEMAND triggers')
    }
    await triggers.create(context, definition, input.StartOnCreation ?? false)
    if (input.Tags) await tags.add(context, `trigger/${input.Name}`, input.Tags)
    return { Name: input.Name }
  },
}
