import type { GlueOperation } from '../contract.ts'

/** Fires the starting trigger, whatever its type. Durable when answered. */
export const startWorkflowRun: GlueOperation<'StartWorkflowRun'> = {
  name: 'StartWorkflowRun',
  async run({ workflowRuns }, input, context) {
    return { RunId: await workflowRuns.start(context, input.Name, input.RunProperties ?? {}) }
  },
}
