import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Crawlers } from '../crawler/crawlers.ts'
import { hasCrawl } from '../crawler/crawlers.ts'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { ActionEnd, RunAction, WorkflowRun } from './workflow-run.ts'
import { withEnd, withStarted } from './workflow-run.ts'
import type { Workflows } from './workflows.ts'

/** Starts and stops the jobs and crawlers of runs, and writes down what came of it. */
export interface WorkflowActions {
  /** Does what the action's state and that of its run ask for; repeatable. */
  lookAfter(
    work: { readonly scope: Scope; readonly run: WorkflowRun },
    one: RunAction,
  ): Promise<void>
}

type Work = Parameters<WorkflowActions['lookAfter']>[0]

export function createWorkflowActions(deps: {
  readonly workflows: Workflows
  readonly jobs: Jobs
  readonly runs: JobRuns
  readonly crawlers: Crawlers
  readonly clock: Clock
}): WorkflowActions {
  const { workflows, jobs, runs, crawlers, clock } = deps

  async function started({ scope, run }: Work, { id }: RunAction) {
    await workflows.changeRun(scope, run.workflow, run.id, (current) =>
      withStarted(current, id, clock.wallMs()),
    )
  }

  async function ended({ scope, run }: Work, { id }: RunAction, state: ActionEnd, error?: string) {
    const end = { state, ...(error !== undefined && { error }) }
    await workflows.changeRun(scope, run.workflow, run.id, (current) =>
      withEnd(current, id, end, clock.wallMs()),
    )
  }

  /** Whether its job run or crawl has been started, by this node or one before. */
  async function exists({ scope }: Work, { id, action }: RunAction): Promise<boolean> {
    if (action.kind === 'job') return (await runs.find(scope, action.name, id)) !== undefined
    const crawler = await crawlers.find(scope, action.name)
    return crawler !== undefined && hasCrawl(crawler, id)
  }

  async function startAction(work: Work, one: RunAction) {
    const { scope, run } = work
    const { action, id } = one
    const step = { workflow: run.workflow, runId: run.id, actionId: id }
    try {
      if (action.kind === 'crawler') await crawlers.start(scope, action.name, step)
      else {
        await runs.start(scope, await jobs.get(scope, action.name), {
          ...{ id, step, triggerName: one.trigger },
          arguments: {
            ...action.arguments,
            '--WORKFLOW_NAME': run.workflow,
            '--WORKFLOW_RUN_ID': run.id,
          },
          ...(action.timeoutMinutes && { capacity: { timeoutMinutes: action.timeoutMinutes } }),
        })
      }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      await ended(work, one, 'ERROR', error.message)
      return
    }
    await started(work, one)
  }

  async function stopAction({ scope }: Work, { action, id }: RunAction) {
    try {
      if (action.kind === 'crawler') {
        const crawler = await crawlers.find(scope, action.name)
        if (crawler?.crawlId === id && crawler.state === 'RUNNING') {
          await crawlers.stop(scope, action.name)
        }
        return
      }
      const job = await jobs.find(scope, action.name)
      const current = job?.activeRuns.find((runId) => runId.replace(/_attempt_\d+$/, '') === id)
      if (current !== undefined) await runs.stop(scope, action.name, current)
    } catch (error) {
      // It has come to its end by itself.
      if (!(error instanceof ServiceError)) throw error
    }
  }

  async function lookAfter(work: Work, one: RunAction) {
    const isStopping = work.run.state === 'STOPPING'
    if (one.state === 'WAITING' && !isStopping) return startAction(work, one)
    if (one.state !== 'WAITING' && one.state !== 'RUNNING') return
    if (!(await exists(work, one))) {
      if (one.state === 'WAITING') await ended(work, one, 'STOPPED')
      else await ended(work, one, 'ERROR', `${one.action.name} was deleted while it ran`)
      return
    }
    if (one.state === 'WAITING') await started(work, one)
    if (isStopping) await stopAction(work, one)
  }

  return { lookAfter }
}
