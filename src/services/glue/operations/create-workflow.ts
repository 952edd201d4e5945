import type { GlueOperation } from '../contract.ts'
import { workflowFromWire } from './wire-workflow.ts'

export const createWorkflow: GlueOperation<'CreateWorkflow'> = {
  name: 'CreateWorkflow',
  async run({ workflows, tags }, input, context) {
    const { Name: name } = input
    await workflows.create(context, { name, properties: {}, ...workflowFromWire(input) })
    if (input.Tags) await tags.add(context, `workflow/${name}`, input.Tags)
    return { Name: name }
  },
}
