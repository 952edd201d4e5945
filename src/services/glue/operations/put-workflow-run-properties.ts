import type { GlueOperation } from '../contract.ts'

export const putWorkflowRunProperties: GlueOperation<'PutWorkflowRunProperties'> = {
  name: 'PutWorkflowRunProperties',
  async run({ workflowRuns }, { Name, RunId, RunProperties }, context) {
    await workflowRuns.putProperties(context, Name, RunId, RunProperties)
    return {}
  },
}
