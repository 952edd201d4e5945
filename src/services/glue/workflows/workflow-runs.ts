import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import { invalidInput } from '../catalog-errors.ts'
import type { WorkflowStep } from '../jobs/job-run.ts'
import type { Firing, Triggers } from '../triggers/triggers.ts'
import { graphOf } from './workflow-graph.ts'
import type { ActionEnd, WorkflowRun } from './workflow-run.ts'
import { begun, isOver, resumed, runIdOf, stopping, withEnd } from './workflow-run.ts'
import type { Workflows } from './workflows.ts'
import { checkProperties } from './workflows.ts'

/** Begins and stops runs of workflows. What is answered is durable: the run goes its way. */
export interface WorkflowRuns {
  /** As a caller asks; answers the id of the run. */
  start(
    scope: Scope,
    workflow: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<string>
  /**
   * As its starting trigger has it; repeatable. A run that may not begin is written down with its
   * error.
   */
  fire(scope: Scope, workflow: string, trigger: string, firing: Firing): Promise<void>
  /**
   * Begins a run that does the nodes of an ended one again, and what is behind them; answers its id.
   * Rejects with `IllegalWorkflowStateException` for a run that is not over.
   */
  resume(
    scope: Scope,
    workflow: string,
    id: string,
    nodeIds: ReadonlyArray<string>,
  ): Promise<string>
  /** Rejects with `IllegalWorkflowStateException` for a run that is over. */
  stop(scope: Scope, workflow: string, id: string): Promise<void>
  /** Adds to its properties, over those of the same names. */
  putProperties(
    scope: Scope,
    workflow: string,
    id: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<void>
  /** The end of a job run or crawl that was a step of a run; may be told twice. */
  onEnd(
    scope: Scope,
    step: WorkflowStep,
    end: { readonly state: ActionEnd; readonly error?: string },
  ): Promise<void>
}

export function createWorkflowRuns(deps: {
  readonly workflows: Workflows
  readonly triggers: Triggers
  readonly clock: Clock
  readonly random: Random
  /** Called when there is something to do for a run. */
  readonly onChange: (scope: Scope, workflow: string, id: string) => void
}): WorkflowRuns {
  const { workflows, triggers, clock, random } = deps

  async function enter(
    { accountId, region }: Scope,
    request: Pick<WorkflowRun, 'workflow' | 'id' | 'properties' | 'batch'>,
    startName?: string,
  ) {
    const scope = { accountId, region }
    const { workflow, id } = request
    const { properties: given } = await workflows.get(scope, workflow)
    const all = await triggers.ofWorkflow(scope, workflow)
    const start = all.find(({ name, type }) =>
      startName === undefined ? type !== 'CONDITIONAL' : name === startName,
    )
    if (!start) throw invalidInput(`Workflow ${workflow} has no starting trigger`)
    const properties = { ...given, ...request.properties }
    checkProperties(properties)
    const run = begun({ ...request, properties, startedMs: clock.wallMs() }, all, start.name)
    try {
      await workflows.enter(scope, run)
    } catch (error) {
      const isRefusal =
        error instanceof ServiceError && error.code === 'ConcurrentRunsExceededException'
      if (startName === undefined || !isRefusal) throw error
      await workflows.writeRefused(scope, run, error.message)
      return
    }
    deps.onChange(scope, workflow, id)
  }

  return {
    async start(scope, workflow, properties) {
      const nowMs = clock.wallMs()
      const id = runIdOf(random.uuid(), nowMs)
      await enter(scope, { workflow, id, properties })
      return id
    },
    async fire(scope, workflow, trigger, { cause, timeMs, batch }) {
      const id = runIdOf(`${trigger}\n${cause}`, timeMs)
      // AWS: the ids as one text, in brackets.
      const properties = batch ? { 'aws:eventIds': `[${batch.eventIds.join(', ')}]` } : {}
      await enter(scope, { workflow, id, properties, ...(batch && { batch }) }, trigger)
    },
    async resume({ accountId, region }, workflow, oldId, nodeIds) {
      const scope = { accountId, region }
      const old = await workflows.getRun(scope, workflow, oldId)
      if (!isOver(old)) throw wrongState(old)
      const startedMs = clock.wallMs()
      const id = runIdOf(random.uuid(), startedMs)
      await workflows.enter(scope, resumed(old, { id, startedMs }, chosenNodes(old, nodeIds)))
      deps.onChange(scope, workflow, id)
      return id
    },
    async stop({ accountId, region }, workflow, id) {
      const scope = { accountId, region }
      await workflows.getRun(scope, workflow, id)
      await workflows.changeRun(scope, workflow, id, (run) => {
        if (isOver(run)) throw wrongState(run)
        return stopping(run, clock.wallMs())
      })
      deps.onChange(scope, workflow, id)
    },
    async putProperties(scope, workflow, id, given) {
      await workflows.getRun(scope, workflow, id)
      await workflows.changeRun(scope, workflow, id, (run) => {
        const properties = { ...run.properties, ...given }
        checkProperties(properties)
        return { ...run, properties }
      })
    },
    async onEnd(scope, { workflow, runId, actionId }, end) {
      await workflows.changeRun(scope, workflow, runId, (run) =>
        withEnd(run, actionId, end, clock.wallMs()),
      )
      deps.onChange(scope, workflow, runId)
    },
  }
}

/** Each must have been tried in the run. */
function chosenNodes({ id, triggers, actions }: WorkflowRun, nodeIds: ReadonlyArray<string>) {
  const { nodes } = graphOf(triggers)
  const chosen = nodeIds.map((nodeId) => {
    const node = nodes.find((one) => one.id === nodeId)
    const wasTried = actions.some(
      ({ action }) => action.kind === node?.kind && action.name === node.name,
    )
    if (!node || !wasTried) throw invalidInput(`Node ${nodeId} was not run in workflow run ${id}`)
    return node
  })
  return (node: { readonly kind: string; readonly name: string }) =>
    chosen.some(({ kind, name }) => kind === node.kind && name === node.name)
}

const wrongState = ({ id, state }: WorkflowRun) =>
  new ServiceError('IllegalWorkflowStateException', `Workflow run ${id} is in state ${state}`)
