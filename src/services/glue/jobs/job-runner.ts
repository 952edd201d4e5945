import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { limits } from '../limits.ts'
import type { Slots } from '../slots.ts'
import { createSlots } from '../slots.ts'
import { createWorkLauncher } from '../work-launcher.ts'
import type { JobProcessDeps } from './job-process.ts'
import { runJob } from './job-process.ts'
import type { EndedRun, JobRun, JobRunEnd } from './job-run.ts'
import { isOver } from './job-run.ts'
import type { JobRuns } from './job-runs.ts'
import type { Job, Jobs } from './jobs.ts'

export interface JobRunner {
  /** Makes a started run take place. */
  launch(scope: Scope, job: string, runId: string): void
  /** Takes up what a restart interrupted: waiting runs take place, running ones have failed. */
  start(signal: AbortSignal): Promise<void>
}

export function createJobRunner(
  deps: JobProcessDeps & {
    readonly jobs: Jobs
    readonly runs: JobRuns
    readonly background: Background
    /** Told of every run that is over for good (retries are done); may be told twice. */
    readonly onEnd: (scope: Scope, run: EndedRun) => Promise<void>
  },
): JobRunner {
  const { jobs, runs } = deps
  const launcher = createWorkLauncher(deps.background)
  const slots = createSlots(limits.jobRunsAtOnce)

  async function round(scope: Scope, name: string, id: string, signal: AbortSignal) {
    const run = await runs.find(scope, name, id)
    const job = await jobs.find(scope, name)
    if (!run || !job) {
      // Deleted, or never acknowledged.
      await jobs.leave(scope, name, id)
      return 'done'
    }
    const over = isOver(run) ? run : await bringToEnd(scope, job, run, signal)
    if (!over) return signal.aborted ? 0 : 'done'
    await settle(scope, job, over)
    return 'done'
  }

  async function bringToEnd(scope: Scope, job: Job, run: JobRun, signal: AbortSignal) {
    const end = await endOf(scope, job, run, signal)
    return end && runs.finish(scope, job.name, run.id, end)
  }

  async function endOf(
    scope: Scope,
    job: Job,
    run: JobRun,
    signal: AbortSignal,
  ): Promise<JobRunEnd | undefined> {
    if (run.state === 'STOPPING') return { state: 'STOPPED' }
    if (run.state === 'RUNNING') {
      return {
        state: 'FAILED',
        error: 'The server was stopped while the run was in progress; its script has ended with it',
      }
    }
    return withSlot(slots, signal, async () => {
      if (!(await runs.running(scope, job.name, run.id))) return { state: 'STOPPED' }
      const shouldStop = async () => {
        const latest = await runs.find(scope, job.name, run.id)
        return latest?.state !== 'RUNNING'
      }
      const end = await runJob(deps, { scope, job, run, signal, shouldStop })
      // The server goes down, not the run by its owner's wish: the next start tells of it.
      return signal.aborted ? undefined : end
    })
  }

  /** Repeatable from its beginning: the run leaves its job as the last step. */
  async function settle(scope: Scope, job: Job, run: JobRun) {
    if (run.state === 'FAILED' && run.attempt < job.retriesMax) {
      await runs.retry(scope, job, run)
      return
    }
    if (isOver(run)) await deps.onEnd(scope, run)
    await jobs.leave(scope, job.name, run.id)
  }

  function launch(scope: Scope, job: string, id: string) {
    launcher.launch({
      name: `glue/job-run/${scope.accountId}/${scope.region}/${job}/${id}`,
      round: (signal) => round(scope, job, id, signal),
    })
  }

  return {
    launch,
    start: (signal) =>
      launcher.start(signal, async () => {
        for await (const { scope, value } of jobs.everywhere()) {
          for (const id of value.activeRuns) launch(scope, value.name, id)
        }
      }),
  }
}

async function withSlot<T>(
  slots: Slots,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const giveBack = await slots.take(signal)
  if (!giveBack) return undefined
  try {
    return await work()
  } finally {
    giveBack()
  }
}
