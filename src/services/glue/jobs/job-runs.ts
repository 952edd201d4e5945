import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ServiceEvents } from '../../../base/service-events.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import { createEventCompany } from '../../../engines/meta/event-company.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { entityNotFound } from '../catalog-errors.ts'
import { checkArguments } from './job-arguments.ts'
import type { JobCapacity } from './job-definition.ts'
import { jobEventOf } from './job-events.ts'
import type { JobRun, JobRunEnd, WorkflowStep } from './job-run.ts'
import { isOver } from './job-run.ts'
import type { Job, Jobs } from './jobs.ts'

export interface RunRequest {
  readonly arguments?: Readonly<Record<string, string>>
  readonly capacity?: Partial<JobCapacity>
  readonly executionClass?: string
  readonly triggerName?: string
  readonly step?: WorkflowStep
  /** An earlier run whose arguments are taken (`JobRunId` of StartJobRun). */
  readonly previous?: JobRun
  /** Chosen by the caller, so that a repeated request starts one run only. */
  readonly id?: string
}

/** The runs of all jobs. */
export interface JobRuns {
  find(scope: Scope, job: string, id: string): Promise<JobRun | undefined>
  /** Rejects with `EntityNotFoundException`. */
  get(scope: Scope, job: string, id: string): Promise<JobRun>
  /** Newest first. */
  page(
    scope: Scope,
    job: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<JobRun>>
  /** Durable when resolved: the run will take place, through a restart too. */
  start(scope: Scope, job: Job, request: RunRequest): Promise<JobRun>
  /** Rejects with `JobRunInvalidStateTransitionException` for a run that is over. */
  stop(scope: Scope, job: string, id: string): Promise<void>
  /** False when it is no longer STARTING. */
  running(scope: Scope, job: string, id: string): Promise<boolean>
  finish(scope: Scope, job: string, id: string, end: JobRunEnd): Promise<JobRun | undefined>
  /** Starts the next attempt in the place of a failed one; repeatable. */
  retry(scope: Scope, job: Job, failed: JobRun): Promise<void>
  removeAll(scope: Scope, job: string): Promise<void>
}

export function createJobRuns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly jobs: Jobs
  readonly events: ServiceEvents
  /** Called when a run is to take place. */
  readonly onStart: (scope: Scope, job: string, id: string) => void
}): JobRuns {
  const { meta, clock, random, jobs, onStart } = deps
  const company = createEventCompany(deps.events, jobEventOf)
  const documents = createDocuments<JobRun>(meta, 'glue/job-run', company)

  /**
   * 64 hexadecimal digits like AWS's; the first 12 are the time, so that runs are kept in order.
   */
  const newId = () =>
    `jr_${clock.wallMs().toString(16).padStart(12, '0')}${random.bytes(26).toString('hex')}`

  return {
    find: (scope, job, id) => documents.get(scope, job, id),
    async get(scope, job, id) {
      const found = await documents.get(scope, job, id)
      if (!found) throw runNotFound(id)
      return found
    },
    async page(scope, job, { after, limit }) {
      const request = { under: [job], limit, reverse: true, ...(after && { after: [after] }) }
      return (await documents.list(scope, request)).map(({ value }) => value)
    },
    async start({ accountId, region }, job, request) {
      const scope = { accountId, region }
      checkArguments(request.arguments ?? {})
      const id = request.id ?? newId()
      const earlier = request.id ? await documents.get(scope, job.name, id) : undefined
      if (earlier) return earlier
      await jobs.enter(scope, job.name, id)
      const run = newRun(job, request, id, clock.wallMs())
      await documents.create(scope, [job.name, id], run)
      onStart(scope, job.name, id)
      return run
    },
    async stop(scope, job, id) {
      const changed = await documents.update(scope, [job, id], (run) => {
        if (isOver(run)) throw alreadyOver(run)
        return { ...run, state: 'STOPPING', updatedMs: clock.wallMs() }
      })
      if (!changed) throw runNotFound(id)
    },
    async running(scope, job, id) {
      const nowMs = clock.wallMs()
      const run = await documents.update(scope, [job, id], (current) =>
        current.state === 'STARTING'
          ? { ...current, state: 'RUNNING', runningMs: nowMs, updatedMs: nowMs }
          : current,
      )
      return run?.state === 'RUNNING'
    },
    finish(scope, job, id, end) {
      const nowMs = clock.wallMs()
      return documents.update(scope, [job, id], (run) =>
        isOver(run) ? run : { ...run, ...end, completedMs: nowMs, updatedMs: nowMs },
      )
    },
    async retry(scope, job, failed) {
      const attempt = failed.attempt + 1
      const id = `${failed.id.replace(/_attempt_\d+$/, '')}_attempt_${attempt}`
      const { error: _error, completedMs: _completed, runningMs: _running, ...rest } = failed
      const nowMs = clock.wallMs()
      const times = { startedMs: nowMs, updatedMs: nowMs, state: 'STARTING' } as const
      const next = { ...rest, ...times, id, attempt, previousRunId: failed.id }
      await documents.create(scope, [job.name, id], next)
      await jobs.replace(scope, job.name, failed.id, id)
      onStart(scope, job.name, id)
    },
    removeAll: (scope, job) => documents.removeUnder(scope, job),
  }
}

function newRun(job: Job, request: RunRequest, id: string, nowMs: number): JobRun {
  const { previous, triggerName, step } = request
  const executionClass = request.executionClass ?? job.executionClass
  return {
    id,
    job: job.name,
    attempt: 0,
    startedMs: nowMs,
    updatedMs: nowMs,
    state: 'STARTING',
    kind: job.command.name,
    arguments: request.arguments ?? previous?.arguments ?? {},
    capacity: { ...job.capacity, ...request.capacity },
    ...(previous && { previousRunId: previous.id }),
    ...(triggerName && { triggerName }),
    ...(step && { step }),
    ...(executionClass && { executionClass }),
    ...(job.glueVersion && { glueVersion: job.glueVersion }),
  }
}

const runNotFound = (id: string) => entityNotFound(`Job run ${id} not found.`)

const alreadyOver = ({ id, state }: JobRun) =>
  new ServiceError(
    'JobRunInvalidStateTransitionException',
    `Job run ${id} is ${state} and cannot be stopped`,
  )
