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
  /** Takes up what an interruption has left, of this node or another; looks after all runs. */
  start(signal: AbortSignal): Promise<void>
}

const SWEEP_REST_MS = 10_000

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

  /** For what nobody tells of: a node that is gone, a job that was deleted while it ran. */
  async function sweep() {
    for await (const { scope, value } of workflows.everywhere()) {
      for (const id of value.activeRuns) launch(scope, value.name, id)
    }
    return SWEEP_REST_MS
  }

  return {
    launch,
    async start(signal) {
      const launched = launcher.start(signal, async () => {})
      await Promise.all([
        launched,
        deps.background.run({ name: 'glue/workflows', round: sweep }, signal),
      ])
    },
  }
}

const isWaiting = ({ state }: RunAction) => state === 'WAITING'
