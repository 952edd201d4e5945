import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import type { WorkflowRun } from '../workflows/workflow-run.ts'
import { runToWire } from './wire-workflow.ts'

/** Newest first. */
export const getWorkflowRuns: GlueOperation<'GetWorkflowRuns'> = {
  name: 'GetWorkflowRuns',
  async run(deps, input, context) {
    await deps.workflows.get(context, input.Name)
    const { items, NextToken } = await pageByName<WorkflowRun>(
      input,
      limits.workflowRunsPageSize,
      ({ id }) => id,
      (page) => deps.workflows.runs(context, input.Name, page),
    )
    const withGraph = input.IncludeGraph ?? false
    const runs = items.map((run) => runToWire(deps, context, run, withGraph))
    return { Runs: await Promise.all(runs), NextToken }
  },
}
