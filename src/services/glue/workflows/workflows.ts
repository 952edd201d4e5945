import type { Clock } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../../engines/meta/guarded-commit.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { alreadyExists, entityNotFound } from '../catalog-errors.ts'
import { limits } from '../limits.ts'
import type { WorkflowRun } from './workflow-run.ts'
import { isOver } from './workflow-run.ts'

export interface WorkflowDefinition {
  readonly name: string
  readonly description?: string
  readonly properties: Readonly<Record<string, string>>
  /** Absent: any number. */
  readonly runsMax?: number
}

export interface Workflow extends WorkflowDefinition {
  readonly createdMs: number
  readonly updatedMs: number
  /** Runs that are not settled: the count that `runsMax` limits, and what a restart looks after. */
  readonly activeRuns: ReadonlyArray<string>
  readonly lastRunId?: string
}

/** The workflows of all accounts, and their runs. */
export interface Workflows {
  find(scope: Scope, name: string): Promise<Workflow | undefined>
  /** Rejects with `EntityNotFoundException`. */
  get(scope: Scope, name: string): Promise<Workflow>
  page(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Workflow>>
  create(scope: Scope, definition: WorkflowDefinition): Promise<void>
  update(scope: Scope, name: string, change: Partial<WorkflowDefinition>): Promise<void>
  /** With its runs; false when it was not there. */
  remove(scope: Scope, name: string): Promise<boolean>
  everywhere(): AsyncIterable<Document<Workflow>>
  findRun(scope: Scope, name: string, id: string): Promise<WorkflowRun | undefined>
  /** Rejects with `EntityNotFoundException`. */
  getRun(scope: Scope, name: string, id: string): Promise<WorkflowRun>
  /** Newest first. */
  runs(
    scope: Scope,
    name: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<WorkflowRun>>
  /**
   * Writes a run that begins, unless it is there. Rejects with `ConcurrentRunsExceededException`
   * when the workflow has all the runs it may have. A run that is over counts for nothing.
   */
  enter(scope: Scope, run: WorkflowRun): Promise<void>
  /** Writes down a run that was not let in, unless it is there. */
  writeRefused(scope: Scope, run: WorkflowRun, error: string): Promise<void>
  /** Undefined when it is not there. */
  changeRun(
    scope: Scope,
    name: string,
    id: string,
    edit: (run: WorkflowRun) => WorkflowRun,
  ): Promise<WorkflowRun | undefined>
  leave(scope: Scope, name: string, runId: string): Promise<void>
}

const ATTEMPTS_MAX = 100

export function createWorkflows({
  meta,
  clock,
}: {
  readonly meta: MetaStore
  readonly clock: Clock
}): Workflows {
  const documents = createDocuments<Workflow>(meta, 'glue/workflow')
  const runs = createDocuments<WorkflowRun>(meta, 'glue/workflow-run')

  async function get(scope: Scope, name: string) {
    const found = await documents.get(scope, name)
    if (!found) throw workflowNotFound(name)
    return found
  }

  async function leave(scope: Scope, name: string, runId: string) {
    await documents.update(scope, [name], (current) => ({
      ...current,
      activeRuns: current.activeRuns.filter((id) => id !== runId),
    }))
  }

  return {
    get,
    leave,
    find: (scope, name) => documents.get(scope, name),
    everywhere: () => documents.everywhere(),
    ...definitionsOf(documents, runs, clock),
    findRun: (scope, name, id) => runs.get(scope, name, id),
    async getRun(scope, name, id) {
      await get(scope, name)
      const found = await runs.get(scope, name, id)
      if (!found) throw entityNotFound(`Workflow run ${id} not found.`)
      return found
    },
    async runs(scope, name, { after, limit }) {
      const request = { under: [name], limit, reverse: true, ...(after && { after: [after] }) }
      return (await runs.list(scope, request)).map(({ value }) => value)
    },
    changeRun: (scope, name, id, edit) => runs.update(scope, [name, id], edit),
    async writeRefused(scope, run, error) {
      const { startedMs: completedMs } = run
      const refused = { ...run, state: 'ERROR', error, completedMs, actions: [] } as const
      await runs.create(scope, [run.workflow, run.id], refused)
    },
    async enter(scope, run) {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const key = documents.keyOf(scope, [run.workflow])
        const entry = await meta.get(key)
        if (!entry) throw workflowNotFound(run.workflow)
        if (await runs.get(scope, run.workflow, run.id)) return
        const current = JSON.parse(Buffer.from(entry.value).toString('utf8')) as Workflow
        const activeRuns = await stillActive(scope, current)
        if (current.runsMax !== undefined && activeRuns.length >= current.runsMax) {
          throw concurrentRunsExceeded(run.workflow)
        }
        const entered = { ...current, activeRuns: [...activeRuns, run.id], lastRunId: run.id }
        const { lastRunId: previousRunId } = current
        const written = { ...(previousRunId !== undefined && { previousRunId }), ...run }
        const done = await commitUnlessChanged(meta, {
          checks: [
            { key, version: entry.version },
            { key: runs.keyOf(scope, [run.workflow, run.id]), version: 0 },
          ],
          puts: [
            ...documents.putBatch(scope, [run.workflow], entered).puts,
            ...runs.putBatch(scope, [run.workflow, run.id], written).puts,
          ],
        })
        if (done) return
      }
      throw new EngineError('conflict', `Workflow ${run.workflow} changes too often`)
    },
  }

  async function stillActive(scope: Scope, { name, activeRuns }: Workflow) {
    const found = await Promise.all(activeRuns.map((id) => runs.get(scope, name, id)))
    return activeRuns.filter((_, at) => found[at] && !isOver(found[at]))
  }
}

function definitionsOf(
  documents: ReturnType<typeof createDocuments<Workflow>>,
  runs: ReturnType<typeof createDocuments<WorkflowRun>>,
  clock: Clock,
): Pick<Workflows, 'page' | 'create' | 'update' | 'remove'> {
  return {
    async page(scope, { after, limit }) {
      const found = await documents.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
    async create(scope, definition) {
      const all = await documents.list(scope, { limit: limits.workflowsMax })
      if (all.length >= limits.workflowsMax) throw tooMany('workflows')
      checkProperties(definition.properties)
      const nowMs = clock.wallMs()
      const workflow = { ...definition, createdMs: nowMs, updatedMs: nowMs, activeRuns: [] }
      if (!(await documents.create(scope, [definition.name], workflow))) {
        throw alreadyExists(`Workflow with name ${definition.name} already exists.`)
      }
    },
    async update(scope, name, edits) {
      if (edits.properties) checkProperties(edits.properties)
      const changed = await documents.update(scope, [name], (current) => ({
        ...current,
        ...edits,
        updatedMs: clock.wallMs(),
      }))
      if (!changed) throw workflowNotFound(name)
    },
    async remove(scope, name) {
      const wasThere = await documents.remove(scope, name)
      await runs.removeUnder(scope, name)
      return wasThere
    },
  }
}

/** Throws `ResourceNumberLimitExceededException` for more text than a run keeps. */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(properties).map(
    ([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value),
  )
  const sizeBytes = sizes.reduce((sum, one) => sum + one, 0)
  if (sizeBytes > limits.runPropertiesBytesMax) throw tooMany('run properties')
}

export const tooMany = (what: string) =>
  new ServiceError(
    'ResourceNumberLimitExceededException',
    `More ${what} cannot be created. The maximum limit has been reached.`,
  )

const workflowNotFound = (name: string) => entityNotFound(`Workflow ${name} not found.`)

/** In the words of `WorkflowRun.ErrorMessage` (API reference). */
const concurrentRunsExceeded = (name: string) =>
  new ServiceError(
    'ConcurrentRunsExceededException',
    `Concurrent runs exceeded for workflow: ${name}.`,
  )
