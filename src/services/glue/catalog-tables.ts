import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { createEventCompany } from '../../engines/meta/event-company.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { CatalogTable, TableDefinition } from './catalog.ts'
import { alreadyExists, entityNotFound, invalidInput } from './catalog-errors.ts'
import { tableEventOf } from './catalog-events.ts'
import { limits } from './limits.ts'

/** Tables and their archived versions. Names come in lower case. */
export interface CatalogTables {
  find(scope: Scope, database: string, name: string): Promise<CatalogTable | undefined>
  list(scope: Scope, database: string): Promise<ReadonlyArray<CatalogTable>>
  /** One page by name; `after` is the last name of the page before. */
  page(
    scope: Scope,
    database: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<CatalogTable>>
  create(scope: Scope, database: string, table: TableDefinition): Promise<void>
  /**
   * The old version is archived before the new one is visible. With `versionId`, rejects with
   * `ConcurrentModificationException` when that is no longer the current one.
   */
  update(
    scope: Scope,
    database: string,
    table: TableDefinition,
    options?: { readonly skipArchive?: boolean; readonly versionId?: string },
  ): Promise<void>
  remove(scope: Scope, database: string, name: string): Promise<boolean>
  removeAll(scope: Scope, database: string): Promise<void>
  /** Newest first; the current one leads. */
  versions(scope: Scope, table: CatalogTable): Promise<ReadonlyArray<CatalogTable>>
  removeVersion(scope: Scope, table: CatalogTable, versionId: string): Promise<void>
}

export function createCatalogTables(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly events: ServiceEvents
}): CatalogTables {
  const { meta, clock } = deps
  const company = createEventCompany(deps.events, tableEventOf)
  const tables = createDocuments<CatalogTable>(meta, 'glue/table', company)
  const archive = createDocuments<CatalogTable>(meta, 'glue/table-version')
  const partitions = createDocuments<unknown>(meta, 'glue/partition')

  async function forget(scope: Scope, ...id: ReadonlyArray<string>) {
    await partitions.removeUnder(scope, ...id)
    await archive.removeUnder(scope, ...id)
  }

  async function page(
    scope: Scope,
    database: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ) {
    const found = await tables.list(scope, {
      under: [database],
      limit,
      ...(after !== undefined && { after: [after] }),
    })
    return found.map(({ value }) => value)
  }

  async function list(scope: Scope, database: string) {
    const all: CatalogTable[] = []
    for (;;) {
      const after = all.at(-1)?.name
      const some = await page(scope, database, { limit: 1000, ...(after && { after }) })
      all.push(...some)
      if (some.length < 1000) return all
    }
  }

  async function versions(scope: Scope, table: CatalogTable) {
    const old = await archive.list(scope, {
      under: [table.database, table.name],
      limit: limits.tableVersionsMax,
      reverse: true,
    })
    // A version that was archived for an update that did not come to its end is the current one.
    return [
      table,
      ...old.map(({ value }) => value).filter((one) => one.versionId !== table.versionId),
    ]
  }

  return {
    find: (scope, database, name) => tables.get(scope, database, name),
    list,
    page,
    async create(scope, database, table) {
      const nowMs = clock.wallMs()
      // What an interrupted removal of a table of the same name has left must not come back with it.
      if (!(await tables.get(scope, database, table.name)))
        await forget(scope, database, table.name)
      const created = await tables.create(scope, [database, table.name], {
        ...table,
        database,
        versionId: '0',
        createdMs: nowMs,
        updatedMs: nowMs,
      })
      if (!created) throw alreadyExists('Table already exists.')
    },
    update: createUpdate(tables, archive, clock),
    async remove(scope, database, name) {
      await forget(scope, database, name)
      return tables.remove(scope, database, name)
    },
    async removeAll(scope, database) {
      await forget(scope, database)
      await tables.removeUnder(scope, database)
    },
    versions,
    async removeVersion(scope, table, versionId) {
      if (versionId === table.versionId) {
        throw invalidInput('The current version of a table cannot be deleted.')
      }
      const number = /^\d{1,15}$/.test(versionId) ? Number(versionId) : -1
      const removed =
        number >= 0 && (await archive.remove(scope, table.database, table.name, number))
      if (!removed) throw entityNotFound('Version not found.')
    },
  }
}

function createUpdate(
  tables: Documents<CatalogTable>,
  archive: Documents<CatalogTable>,
  clock: Clock,
): CatalogTables['update'] {
  return async (scope, database, table, { skipArchive = false, versionId } = {}) => {
    for (;;) {
      const current = await tables.get(scope, database, table.name)
      if (!current) throw entityNotFound(`Table ${table.name} not found.`)
      if (versionId !== undefined && versionId !== current.versionId) throw changedMeanwhile()
      const number = Number(current.versionId)
      if (!skipArchive) await archive.put(scope, [database, table.name, number], current)
      let outrun = false
      await tables.update(scope, [database, table.name], (latest) => {
        outrun = latest.versionId !== current.versionId
        if (outrun) return latest
        return {
          ...table,
          database,
          versionId: String(number + 1),
          createdMs: current.createdMs,
          updatedMs: clock.wallMs(),
        }
      })
      if (!outrun) return
    }
  }
}

/** AWS: UpdateTable with a VersionId that is no longer the current one. */
function changedMeanwhile(): Error {
  return new ServiceError(
    'ConcurrentModificationException',
    'Update table failed due to concurrent modifications.',
  )
}
