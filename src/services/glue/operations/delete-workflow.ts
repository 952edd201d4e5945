import type { GlueOperation } from '../contract.ts'

/** AWS: no error when it is not there. Its triggers stay, and start nothing any more. */
export const deleteWorkflow: GlueOperation<'DeleteWorkflow'> = {
  name: 'DeleteWorkflow',
  async run({ workflows, tags }, input, context) {
    await workflows.remove(context, input.Name)
    await tags.forget(context, `workflow/${input.Name}`)
    return { Name: input.Name }
  },
}
