import type { EventTarget } from '../../base/event-target.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { GlueDeps, GlueServiceDeps } from './contract.ts'
import { createClassifiers } from './crawler/classifiers.ts'
import { createCrawlRunner } from './crawler/crawl-runner.ts'
import { createCrawlers } from './crawler/crawlers.ts'
import { createBookmarks } from './jobs/bookmarks.ts'
import { createJobRunner } from './jobs/job-runner.ts'
import { createJobRuns } from './jobs/job-runs.ts'
import { createJobs } from './jobs/jobs.ts'
import { glueOperations } from './operation-list.ts'
import { createTags } from './tags.ts'
import { createScheduler } from './triggers/scheduler.ts'
import { createTriggers } from './triggers/triggers.ts'
import { createWorkflowActions } from './workflows/workflow-actions.ts'
import { createWorkflowRunner } from './workflows/workflow-runner.ts'
import { createWorkflowRuns } from './workflows/workflow-runs.ts'
import { createWorkflowTarget } from './workflows/workflow-target.ts'
import { createWorkflows } from './workflows/workflows.ts'

/** The service, and its workflows as destinations of events. */
export interface GlueService extends Service {
  readonly workflowTarget: EventTarget
}

/**
 * Catalog, crawlers, jobs, triggers and workflows. Crawls, runs and schedules go on from the
 * service's `start`.
 */
export function createGlueService(deps: GlueServiceDeps): GlueService {
  const { catalog, meta, clock } = deps
  const crawlers = createCrawlers({ ...deps, onStart: (...crawl) => crawlRunner.launch(...crawl) })
  const classifiers = createClassifiers(deps)
  const jobs = createJobs(deps)
  const runs = createJobRuns({ ...deps, jobs, onStart: (...run) => jobRunner.launch(...run) })
  const triggers = createTriggers(deps)
  const workflows = createWorkflows(deps)
  const actions = createWorkflowActions({ ...deps, workflows, jobs, runs, crawlers })
  const workflowRunner = createWorkflowRunner({ ...deps, workflows, actions })
  const workflowRuns = createWorkflowRuns({
    ...{ ...deps, workflows, triggers },
    onChange: workflowRunner.launch,
  })
  const scheduler = createScheduler({ ...deps, triggers, crawlers, jobs, runs, workflowRuns })
  // AWS: what a workflow has started fires the triggers of that workflow only.
  const crawlRunner = createCrawlRunner({
    ...{ ...deps, crawlers, classifiers },
    async onEnd(scope, { name, crawlId: id, step }, state, error) {
      if (!step) return scheduler.onEvent(scope, { kind: 'crawler', name, state, id })
      await workflowRuns.onEnd(scope, step, { state, ...(error !== undefined && { error }) })
    },
  })
  const bookmarks = createBookmarks(meta)
  const jobRunner = createJobRunner({
    ...{ ...deps, jobs, runs, bookmarks },
    async onEnd(scope, { job: name, state, id, step, error }) {
      if (!step) return scheduler.onEvent(scope, { kind: 'job', name, state, id })
      await workflowRuns.onEnd(scope, step, { state, ...(error !== undefined && { error }) })
    },
  })
  const nouns: GlueDeps = {
    ...{ catalog, crawlers, classifiers, jobs, runs, bookmarks, triggers, scheduler, clock },
    ...{ workflows, workflowRuns, tags: createTags(meta) },
  }
  return {
    name: 'glue',
    operations: bindOperations(nouns, glueOperations),
    workflowTarget: createWorkflowTarget({ workflows, triggers, scheduler }),
    async start(signal) {
      const runners = [crawlRunner, jobRunner, workflowRunner, scheduler]
      await Promise.all(runners.map((runner) => runner.start(signal)))
    },
  }
}
