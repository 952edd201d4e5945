import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { createWorkLauncher } from '../work-launcher.ts'
import type { WorkflowActions } from './workflow-actions.ts'
import type { RunAction } from './workflow-run.ts'
import { isOver } from './workflow-run.ts'
import type { Workflows } from './workflows.ts'

/** Does what runs of workflows ask for: starts their actions, and stops them. */
export interface WorkflowRunner {
  /** Looks after a run once; does nothing for one that only waits for its actions' ends. */
  launch(scope: Scope, workflow: string, id: string): void
  /** Looks after all runs that are not settled. */
  sweep(): Promise<void>
  start(signal: AbortSignal): Promise<void>
}

export function createWorkflowRunner(deps: {
  readonly workflows: Workflows
  readonly actions: WorkflowActions
  readonly background: Background
}): WorkflowRunner {
  const { workflows, actions } = deps
  const launcher = createWorkLauncher(deps.background)

  async function round(scope: Scope, workflow: string, id: string): Promise<number | 'done'> {
    const run = await workflows.findRun(scope, workflow, id)
    if (run && !isOver(run)) {
      for (const one of run.actions) await actions.lookAfter({ scope, run }, one)
    }
    const latest = await workflows.findRun(scope, workflow, id)
    if (!latest || isOver(latest)) {
      await workflows.leave(scope, workflow, id)
      return 'done'
    }
    // Another round for what has become due meanwhile; else the next end of an action launches one.
    const hasMore = latest.state !== run?.state || latest.actions.some(isWaiting)
    return hasMore ? 0 : 'done'
  }

  function launch(scope: Scope, workflow: string, id: string) {
    launcher.launch({
      name: `glue/workflow-run/${scope.accountId}/${scope.region}/${workflow}/${id}`,
      round: () => round(scope, workflow, id),
    })
  }

  async function sweep() {
    for await (const { scope, value } of workflows.everywhere()) {
      for (const id of value.activeRuns) launch(scope, value.name, id)
    }
  }

  return { launch, sweep, start: (signal) => launcher.start(signal, sweep) }
}

const isWaiting = ({ state }: RunAction) => state === 'WAITING'
