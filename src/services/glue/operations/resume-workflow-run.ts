import type { GlueOperation } from '../contract.ts'

/** Durable when answered: a new run does the nodes again, and all that is behind them. */
export const resumeWorkflowRun: GlueOperation<'ResumeWorkflowRun'> = {
  name: 'ResumeWorkflowRun',
  async run({ workflowRuns }, { Name, RunId, NodeIds }, context) {
    return { RunId: await workflowRuns.resume(context, Name, RunId, NodeIds), NodeIds }
  },
}
