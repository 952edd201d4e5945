import type {
  Crawl,
  Edge,
  Node,
  WorkflowRun as WireRun,
  Workflow as WireWorkflow,
  WorkflowGraph,
  WorkflowRunStatistics,
} from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { invalidInput } from '../catalog-errors.ts'
import type { GlueDeps } from '../contract.ts'
import { crawlerLogGroup } from '../crawler/crawler-events.ts'
import type { Trigger } from '../triggers/triggers.ts'
import { graphOf } from '../workflows/workflow-graph.ts'
import type { RunAction, RunTrigger, WorkflowRun } from '../workflows/workflow-run.ts'
import type { WorkflowDefinition } from '../workflows/workflows.ts'
import { runToWire as jobRunToWire } from './wire-job.ts'
import { triggerToWire } from './wire-trigger.ts'

export function workflowFromWire(input: {
  readonly Description?: string | undefined
  readonly DefaultRunProperties?: Record<string, string> | undefined
  readonly MaxConcurrentRuns?: number | undefined
}): Partial<WorkflowDefinition> {
  const { Description, DefaultRunProperties, MaxConcurrentRuns } = input
  if (MaxConcurrentRuns !== undefined && MaxConcurrentRuns < 1) {
    throw invalidInput('MaxConcurrentRuns must be at least 1')
  }
  return {
    ...(Description !== undefined && { description: Description }),
    ...(DefaultRunProperties && { properties: DefaultRunProperties }),
    ...(MaxConcurrentRuns !== undefined && { runsMax: MaxConcurrentRuns }),
  }
}

type GraphDeps = Pick<GlueDeps, 'workflows' | 'triggers' | 'runs' | 'clock'>

/** Undefined when it is not there. */
export async function readWorkflow(
  deps: GraphDeps,
  scope: Scope,
  name: string,
  withGraph: boolean,
): Promise<WireWorkflow | undefined> {
  const workflow = await deps.workflows.find(scope, name)
  if (!workflow) return undefined
  const { lastRunId } = workflow
  const last = lastRunId ? await deps.workflows.findRun(scope, name, lastRunId) : undefined
  return {
    Name: workflow.name,
    Description: workflow.description,
    DefaultRunProperties: workflow.properties,
    CreatedOn: dateOf(workflow.createdMs),
    LastModifiedOn: dateOf(workflow.updatedMs),
    LastRun: last && (await runToWire(deps, scope, last, withGraph)),
    Graph: withGraph
      ? graphToWire(await deps.triggers.ofWorkflow(scope, name), new Map(), new Map())
      : undefined,
    MaxConcurrentRuns: workflow.runsMax,
  }
}

export async function runToWire(
  deps: Pick<GlueDeps, 'runs' | 'clock'>,
  scope: Scope,
  run: WorkflowRun,
  withGraph: boolean,
): Promise<WireRun> {
  const { batch } = run
  return {
    Name: run.workflow,
    WorkflowRunId: run.id,
    PreviousRunId: run.previousRunId,
    WorkflowRunProperties: run.properties,
    StartedOn: dateOf(run.startedMs),
    CompletedOn: run.completedMs === undefined ? undefined : dateOf(run.completedMs),
    Status: run.state,
    ErrorMessage: run.error,
    Statistics: statisticsOf(run),
    Graph: withGraph ? await graphOfRun(deps, scope, run) : undefined,
    StartingEventBatchCondition: batch && {
      BatchSize: batch.size,
      BatchWindow: batch.windowSeconds,
    },
  }
}

function statisticsOf({ triggers, actions }: WorkflowRun): WorkflowRunStatistics {
  const count = (...states: ReadonlyArray<RunAction['state']>) =>
    actions.filter(({ state }) => states.includes(state)).length
  return {
    TotalActions: triggers.reduce((sum, one) => sum + one.actions.length, 0),
    TimeoutActions: count('TIMEOUT'),
    FailedActions: count('FAILED'),
    StoppedActions: count('STOPPED', 'CANCELLED'),
    SucceededActions: count('SUCCEEDED'),
    RunningActions: count('RUNNING'),
    ErroredActions: count('ERROR'),
    WaitingActions: count('WAITING'),
  }
}

async function graphOfRun(
  { runs, clock }: Pick<GlueDeps, 'runs' | 'clock'>,
  scope: Scope,
  { triggers, actions }: WorkflowRun,
): Promise<WorkflowGraph> {
  const jobRuns = new Map<string, ReturnType<typeof jobRunToWire>[]>()
  const crawls = new Map<string, Crawl[]>()
  for (const one of actions) {
    const { kind, name } = one.action
    if (kind === 'crawler') crawls.set(name, [...(crawls.get(name) ?? []), crawlToWire(one)])
    else {
      const run = await runs.find(scope, name, one.id)
      if (run) jobRuns.set(name, [...(jobRuns.get(name) ?? []), jobRunToWire(run, clock.wallMs())])
    }
  }
  return graphToWire(triggers, jobRuns, crawls)
}

const crawlStates = ['RUNNING', 'SUCCEEDED', 'CANCELLED', 'FAILED', 'ERROR'] as const

function crawlToWire({ action, state, startedMs, endedMs, error }: RunAction): Crawl {
  return {
    State: crawlStates.find((one) => one === state),
    StartedOn: startedMs === undefined ? undefined : dateOf(startedMs),
    CompletedOn: endedMs === undefined ? undefined : dateOf(endedMs),
    ErrorMessage: error,
    LogGroup: crawlerLogGroup,
    LogStream: action.name,
  }
}

function graphToWire(
  triggers: ReadonlyArray<Trigger | RunTrigger>,
  jobRuns: ReadonlyMap<string, ReturnType<typeof jobRunToWire>[]>,
  crawls: ReadonlyMap<string, Crawl[]>,
): WorkflowGraph {
  const { nodes, edges } = graphOf(triggers)
  const wireNodes = nodes.map(({ kind, name, id, trigger }): Node => {
    const named = { Name: name, UniqueId: id }
    if (trigger)
      return { Type: 'TRIGGER', ...named, TriggerDetails: { Trigger: triggerToWire(trigger) } }
    return kind === 'job'
      ? { Type: 'JOB', ...named, JobDetails: { JobRuns: jobRuns.get(name) ?? [] } }
      : { Type: 'CRAWLER', ...named, CrawlerDetails: { Crawls: crawls.get(name) ?? [] } }
  })
  const wireEdges = edges.map(({ from, to }): Edge => ({ SourceId: from, DestinationId: to }))
  return { Nodes: wireNodes, Edges: wireEdges }
}
