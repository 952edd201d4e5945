import { formatArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { notFound } from './event-errors.ts'
import { documentsAfter } from './pages.ts'

export interface Archive {
  readonly name: string
  /** Its events lie under this; another one of the same name has other events. */
  readonly id: string
  readonly busName: string
  readonly description?: string | undefined
  /** Absent: all events of the bus. */
  readonly pattern?: string | undefined
  /** 0: for ever. */
  readonly retentionDays: number
  readonly createdMs: number
}

/** The archives of every account: what they are for. What they hold is in `archived-events.ts`. */
export interface Archives {
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<Archive>
  find(scope: Scope, name: string): Promise<Archive | undefined>
  create(scope: Scope, archive: Omit<Archive, 'id' | 'createdMs'>): Promise<Archive>
  change(scope: Scope, name: string, change: (archive: Archive) => Archive): Promise<Archive>
  /** With its events, which go behind this. */
  remove(scope: Scope, name: string): Promise<void>
  /** By name, from behind `after`. */
  walk(
    scope: Scope,
    page: { readonly prefix?: string | undefined; readonly after?: string | undefined },
  ): AsyncIterable<Archive>
  everywhere: Documents<Archive>['everywhere']
  /** Ids of archives that were removed while their events are still there. */
  removed: Documents<RemovedArchive>
}

/** An archive whose events are to be removed. */
export interface RemovedArchive {
  readonly removedMs: number
}

export function archiveArn({ accountId, region }: Scope, name: string): string {
  return formatArn({ service: 'events', accountId, region, resource: `archive/${name}` })
}

export function noSuchArchive(name: string): ServiceError {
  return notFound(`Archive ${name} does not exist.`)
}

export function createArchives(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Archives {
  const { meta, clock, random } = deps
  const documents = createDocuments<Archive>(meta, 'events/archive')
  const removed = createDocuments<RemovedArchive>(meta, 'events/removed-archive')

  async function get(scope: Scope, name: string): Promise<Archive> {
    const found = await documents.get(scope, name)
    if (!found) throw noSuchArchive(name)
    return found
  }

  return {
    get,
    find: (scope, name) => documents.get(scope, name),
    async create(scope, given) {
      const archive = { ...given, id: random.uuid(), createdMs: clock.wallMs() }
      if (await documents.create(scope, [given.name], archive)) return archive
      throw new ServiceError(
        'ResourceAlreadyExistsException',
        `Archive ${given.name} already exists.`,
      )
    },
    async change(scope, name, change) {
      const changed = await documents.update(scope, [name], change)
      if (!changed) throw noSuchArchive(name)
      return changed
    },
    async remove(scope, name) {
      const { id } = await get(scope, name)
      const note = removed.putBatch(scope, [id], { removedMs: clock.wallMs() })
      await meta.commit({ ...note, removals: [documents.keyOf(scope, [name])] })
    },
    walk: (scope, page) => documentsAfter(documents, scope, page),
    everywhere: documents.everywhere,
    removed,
  }
}
