import type { GlueOperation } from '../contract.ts'

/** AWS: no error when it is not there. */
export const deleteTrigger: GlueOperation<'DeleteTrigger'> = {
  name: 'DeleteTrigger',
  async run({ triggers, tags }, input, context) {
    await triggers.remove(context, input.Name)
    await tags.forget(context, `trigger/${input.Name}`)
    return { Name: input.Name }
  },
}
