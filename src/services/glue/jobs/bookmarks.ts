import { createHash } from 'node:crypto'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { entityNotFound } from '../catalog-errors.ts'

/** What the committed runs of a job have read. */
export interface Bookmark {
  readonly job: string
  /** Counts commits. */
  readonly version: number
  /** Count of runs that have committed, as AWS's `Run`. */
  readonly run: number
  readonly attempt: number
  readonly runId: string
  readonly previousRunId?: string
  /** By `transformation_ctx`. */
  readonly sources: Readonly<Record<string, SourceMark>>
}

/**
 * What one source has read: everything modified up to a window before `highMs`, and of what is
 * younger the objects in `recent`. (AWS Glue Developer Guide, "Job bookmarks": S3 sources go by
 * modification time, with a window in which the objects are remembered one by one, as later ones
 * may become visible earlier.)
 */
export interface SourceMark {
  readonly highMs: number
  /** Modification time (base 36) and digest of the path. */
  readonly recent: ReadonlyArray<string>
}

export interface SeenObject {
  /** `s3://bucket/key`. */
  readonly path: string
  readonly modifiedMs: number
}

const WINDOW_MS = 15 * 60_000

export interface Bookmarks {
  find(scope: Scope, job: string): Promise<Bookmark | undefined>
  /**
   * Adds what a run has read, durably. Rejects with `VersionMismatchException` when another run has
   * committed since `baseVersion` was read.
   */
  commit(
    scope: Scope,
    job: string,
    commit: {
      readonly baseVersion: number
      readonly runId: string
      readonly attempt: number
      readonly read: ReadonlyMap<string, ReadonlyArray<SeenObject>>
    },
  ): Promise<void>
  /** Answers the bookmark as it was; rejects with `EntityNotFoundException` when there is none. */
  reset(scope: Scope, job: string): Promise<Bookmark>
}

export function createBookmarks(meta: MetaStore): Bookmarks {
  const documents = createDocuments<Bookmark>(meta, 'glue/bookmark')
  return {
    find: (scope, job) => documents.get(scope, job),
    async commit(scope, job, { baseVersion, runId, attempt, read }) {
      await documents.create(scope, [job], {
        job,
        version: 0,
        run: 0,
        attempt: 0,
        runId: '',
        sources: {},
      })
      await documents.update(scope, [job], (current) => {
        if (current.version !== baseVersion) throw versionMismatch(job)
        const sources = { ...current.sources }
        for (const [context, objects] of read) {
          sources[context] = moveMark(sources[context], objects)
        }
        return {
          job,
          version: current.version + 1,
          run: current.run + 1,
          attempt,
          runId,
          ...(current.runId && { previousRunId: current.runId }),
          sources,
        }
      })
    },
    async reset(scope, job) {
      const found = await documents.get(scope, job)
      if (!found) throw entityNotFound(`Continuation for job ${job} not found`)
      await documents.remove(scope, job)
      return found
    },
  }
}

/** Whether the source has read this object before. */
export function hasSeen(mark: SourceMark | undefined): (object: SeenObject) => boolean {
  if (!mark) return () => false
  const recent = new Set(mark.recent)
  return (object) => object.modifiedMs <= mark.highMs - WINDOW_MS || recent.has(entryOf(object))
}

function moveMark(mark: SourceMark | undefined, objects: ReadonlyArray<SeenObject>): SourceMark {
  const highMs = objects.reduce(
    (high, { modifiedMs }) => Math.max(high, modifiedMs),
    mark?.highMs ?? 0,
  )
  const sinceMs = highMs - WINDOW_MS
  const kept = (mark?.recent ?? []).filter((entry) => Number.parseInt(entry, 36) > sinceMs)
  const young = objects.filter(({ modifiedMs }) => modifiedMs > sinceMs).map(entryOf)
  return { highMs, recent: [...new Set([...kept, ...young])] }
}

function entryOf({ path, modifiedMs }: SeenObject): string {
  const digest = createHash('sha256').update(path).digest('base64url').slice(0, 16)
  return `${modifiedMs.toString(36)}.${digest}`
}

const versionMismatch = (job: string) =>
  new ServiceError(
    'VersionMismatchException',
    `Another run of job ${job} has moved the bookmark since this one began`,
  )
