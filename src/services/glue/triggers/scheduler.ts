import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { Crawlers } from '../crawler/crawlers.ts'
import type { JobRuns } from '../jobs/job-runs.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { WorkflowRuns } from '../workflows/workflow-runs.ts'
import { windowEndMs } from './event-batches.ts'
import type { Firing, Trigger, TriggerAction, TriggerEvent, Triggers } from './triggers.ts'

/** Starts what schedules, conditions and people have asked for. */
export interface Scheduler {
  /** Starts the actions of the firings that the trigger has noted. */
  fire(scope: Scope, name: string): Promise<void>
  /** Fires the triggers that waited for this end of a run or crawl. */
  onEvent(scope: Scope, event: TriggerEvent): Promise<void>
  /** Looks after schedules, and after firings that an interruption has left. */
  start(signal: AbortSignal): Promise<void>
}

const REST_MS = 2000

export function createScheduler(deps: {
  readonly triggers: Triggers
  readonly crawlers: Crawlers
  readonly jobs: Jobs
  readonly runs: JobRuns
  readonly workflowRuns: WorkflowRuns
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
}): Scheduler {
  const { triggers, crawlers, jobs, runs, workflowRuns, clock, log } = deps

  async function act(scope: Scope, trigger: Trigger, action: TriggerAction, id: string) {
    if (action.kind === 'crawler') return crawlers.start(scope, action.name)
    const job = await jobs.get(scope, action.name)
    await runs.start(scope, job, {
      id,
      triggerName: trigger.name,
      ...(action.arguments && { arguments: action.arguments }),
      ...(action.timeoutMinutes && { capacity: { timeoutMinutes: action.timeoutMinutes } }),
    })
  }

  /** AWS: what cannot be started (too many runs, a crawler that runs) is passed over. */
  async function tryTo(trigger: Trigger, action: string, work: Promise<void>) {
    try {
      await work
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      log.warn({ trigger: trigger.name, action, err: error }, 'trigger action failed')
    }
  }

  async function fireOnce(scope: Scope, trigger: Trigger, firing: Firing) {
    const { name, workflow } = trigger
    if (workflow === undefined) {
      for (const [at, action] of trigger.actions.entries()) {
        const id = runIdOf(name, firing, at)
        await tryTo(trigger, action.name, act(scope, trigger, action, id))
      }
    } else {
      await tryTo(trigger, workflow, workflowRuns.fire(scope, workflow, name, firing))
    }
    await triggers.fired(scope, trigger.name, firing.cause)
  }

  async function fire(scope: Scope, name: string) {
    const trigger = await triggers.find(scope, name)
    for (const firing of trigger?.firings ?? []) if (trigger) await fireOnce(scope, trigger, firing)
  }

  async function round(): Promise<number> {
    const nowMs = clock.wallMs()
    for await (const { scope, value } of triggers.everywhere()) {
      const isFull = (windowEndMs(value) ?? Number.POSITIVE_INFINITY) <= nowMs
      if (isFull && value.waiting)
        await triggers.endWindow(scope, value.name, value.waiting.sinceMs)
      const isDue = value.nextMs !== undefined && value.nextMs <= nowMs
      if (isDue && value.nextMs !== undefined) await triggers.due(scope, value.name, value.nextMs)
      if (isDue || isFull || value.firings.length > 0) await fire(scope, value.name)
    }
    for await (const { scope, value } of crawlers.everywhere()) {
      if (value.nextMs === undefined || value.nextMs > nowMs) continue
      const ours = await crawlers.fired(scope, value.name, value.nextMs)
      if (ours && value.state === 'READY') await startQuietly(scope, value.name)
    }
    return REST_MS
  }

  async function startQuietly(scope: Scope, name: string) {
    try {
      await crawlers.start(scope, name)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      log.warn({ crawler: name, err: error }, 'scheduled crawl not started')
    }
  }

  return {
    fire,
    async onEvent(scope, event) {
      for (const name of await triggers.note(scope, event)) await fire(scope, name)
    },
    start: (signal) => deps.background.run({ name: 'glue/schedule', round }, signal),
  }
}

/** The same for the same cause, so that a firing that is repeated starts its runs once. */
function runIdOf(trigger: string, { cause, timeMs }: Firing, at: number): string {
  const digest = createHash('sha256').update(`${trigger}\n${cause}\n${at}`).digest('hex')
  return `jr_${timeMs.toString(16).padStart(12, '0')}${digest.slice(0, 52)}`
}
