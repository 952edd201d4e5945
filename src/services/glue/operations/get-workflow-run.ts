import type { GlueOperation } from '../contract.ts'
import { runToWire } from './wire-workflow.ts'

export const getWorkflowRun: GlueOperation<'GetWorkflowRun'> = {
  name: 'GetWorkflowRun',
  async run(deps, input, context) {
    const run = await deps.workflows.getRun(context, input.Name, input.RunId)
    return { Run: await runToWire(deps, context, run, input.IncludeGraph ?? false) }
  },
}
