import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { alreadyExists, entityNotFound } from '../catalog-errors.ts'
import { limits } from '../limits.ts'
import type { JobDefinition } from './job-definition.ts'

export interface Job extends JobDefinition {
  readonly createdMs: number
  readonly updatedMs: number
  /** Runs that are not settled: the count that `runsMax` limits, and what a restart looks after. */
  readonly activeRuns: ReadonlyArray<string>
}

/** The jobs of all accounts. */
export interface Jobs {
  find(scope: Scope, name: string): Promise<Job | undefined>
  /** Rejects with `EntityNotFoundException`. */
  get(scope: Scope, name: string): Promise<Job>
  page(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Job>>
  create(scope: Scope, definition: JobDefinition): Promise<void>
  update(scope: Scope, name: string, edit: (job: Job) => JobDefinition): Promise<void>
  /** False when it was not there (AWS: no error). */
  remove(scope: Scope, name: string): Promise<boolean>
  /** Rejects with `ConcurrentRunsExceededException` when the job has all the runs it may have. */
  enter(scope: Scope, name: string, runId: string): Promise<void>
  leave(scope: Scope, name: string, runId: string): Promise<void>
  /** The next attempt takes the place of the one before. */
  replace(scope: Scope, name: string, runId: string, nextId: string): Promise<void>
  everywhere(): AsyncIterable<Document<Job>>
}

export function createJobs({
  meta,
  clock,
}: {
  readonly meta: MetaStore
  readonly clock: Clock
}): Jobs {
  const documents = createDocuments<Job>(meta, 'glue/job')

  return {
    find: (scope, name) => documents.get(scope, name),
    async get(scope, name) {
      const found = await documents.get(scope, name)
      if (!found) throw jobNotFound(name)
      return found
    },
    async page(scope, { after, limit }) {
      const found = await documents.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
    async create(scope, definition) {
      const all = await documents.list(scope, { limit: limits.jobsMax })
      if (all.length >= limits.jobsMax) {
        throw new ServiceError(
          'ResourceNumberLimitExceededException',
          'More jobs cannot be created. The maximum limit has been reached.',
        )
      }
      const nowMs = clock.wallMs()
      const job = { ...definition, createdMs: nowMs, updatedMs: nowMs, activeRuns: [] }
      if (!(await documents.create(scope, [definition.name], job))) {
        throw alreadyExists(`Job ${definition.name} already exists.`)
      }
    },
    async update(scope, name, edit) {
      const changed = await documents.update(scope, [name], (current) => ({
        ...edit(current),
        createdMs: current.createdMs,
        updatedMs: clock.wallMs(),
        activeRuns: current.activeRuns,
      }))
      if (!changed) throw jobNotFound(name)
    },
    remove: (scope, name) => documents.remove(scope, name),
    async enter(scope, name, runId) {
      const entered = await documents.update(scope, [name], (job) => {
        if (job.activeRuns.includes(runId)) return job
        if (job.activeRuns.length >= job.runsMax) throw concurrentRunsExceeded(name)
        return { ...job, activeRuns: [...job.activeRuns, runId] }
      })
      if (!entered) throw jobNotFound(name)
    },
    async leave(scope, name, runId) {
      await documents.update(scope, [name], (job) => ({
        ...job,
        activeRuns: job.activeRuns.filter((id) => id !== runId),
      }))
    },
    async replace(scope, name, runId, nextId) {
      await documents.update(scope, [name], (job) => ({
        ...job,
        activeRuns: job.activeRuns.map((id) => (id === runId ? nextId : id)),
      }))
    },
    everywhere: () => documents.everywhere(),
  }
}

const jobNotFound = (name: string) => entityNotFound(`Job ${name} not found.`)

const concurrentRunsExceeded = (name: string) =>
  new ServiceError('ConcurrentRunsExceededException', `Concurrent runs exceeded for ${name}`)
