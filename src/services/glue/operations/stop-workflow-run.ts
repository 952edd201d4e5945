import type { GlueOperation } from '../contract.ts'

export const stopWorkflowRun: GlueOperation<'StopWorkflowRun'> = {
  name: 'StopWorkflowRun',
  async run({ workflowRuns }, input, context) {
    await workflowRuns.stop(context, input.Name, input.RunId)
    return {}
  },
}
