import type { GlueOperation } from '../contract.ts'
import { workflowFromWire } from './wire-workflow.ts'

export const updateWorkflow: GlueOperation<'UpdateWorkflow'> = {
  name: 'UpdateWorkflow',
  async run({ workflows }, input, context) {
    await workflows.update(context, input.Name, workflowFromWire(input))
    return { Name: input.Name }
  },
}
