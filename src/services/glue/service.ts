import type { Scope } from '../../base/scope.ts'
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

/**
 * Catalog, crawlers, jobs and triggers. Crawls, runs and schedules go on from the service's
 * `start`.
 */
export function createGlueService(deps: GlueServiceDeps): Service {
  const { catalog, meta, clock } = deps
  const crawlers = createCrawlers({ ...deps, onStart: (...crawl) => crawlRunner.launch(...crawl) })
  const classifiers = createClassifiers(deps)
  const jobs = createJobs(deps)
  const runs = createJobRuns({ ...deps, jobs, onStart: (...run) => jobRunner.launch(...run) })
  const triggers = createTriggers(deps)
  const scheduler = createScheduler({ ...deps, triggers, crawlers, jobs, runs })
  const bookmarks = createBookmarks(meta)
  const crawlRunner = createCrawlRunner({
    ...{ ...deps, crawlers, classifiers },
    onEnd: (scope, name, id, state) =>
      scheduler.onEvent(scope, { kind: 'crawler', name, state, id }),
  })
  const jobRunner = createJobRunner({
    ...{ ...deps, jobs, runs, bookmarks },
    onEnd: (scope: Scope, { job: name, state, id }) =>
      scheduler.onEvent(scope, { kind: 'job', name, state, id }),
  })
  const nouns: GlueDeps = {
    ...{ catalog, crawlers, classifiers, jobs, runs, bookmarks, triggers, scheduler, clock },
    tags: createTags(meta),
  }
  return {
    name: 'glue',
    operations: bindOperations(nouns, glueOperations),
    async start(signal) {
      await Promise.all([
        crawlRunner.start(signal),
        jobRunner.start(signal),
        scheduler.start(signal),
      ])
    },
  }
}
