import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { createEventCompany } from '../../engines/meta/event-company.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Catalog, CatalogDatabase, CatalogPartition, CatalogTable } from './catalog.ts'
import { alreadyExists, entityNotFound } from './catalog-errors.ts'
import { databaseEventOf } from './catalog-events.ts'
import type { CatalogPartitions, PartitionPage, PartitionRequest } from './catalog-partitions.ts'
import { createCatalogPartitions } from './catalog-partitions.ts'
import { createCatalogTables } from './catalog-tables.ts'

/** The catalog with what only Glue's own API asks of it. */
export interface GlueCatalog extends Catalog {
  databasePage(scope: Scope, page: NamePage): Promise<ReadonlyArray<CatalogDatabase>>
  tablePage(scope: Scope, database: string, page: NamePage): Promise<ReadonlyArray<CatalogTable>>
  /** Newest first; the current version leads. */
  tableVersions(scope: Scope, database: string, name: string): Promise<ReadonlyArray<CatalogTable>>
  removeTableVersion(scope: Scope, database: string, name: string, versionId: string): Promise<void>
  partition(
    scope: Scope,
    database: string,
    table: string,
    values: ReadonlyArray<string>,
  ): Promise<CatalogPartition>
  partitionPage(
    scope: Scope,
    database: string,
    table: string,
    request: PartitionRequest,
  ): Promise<PartitionPage>
}

interface NamePage {
  readonly after?: string
  readonly limit: number
}

const fold = (name: string) => name.toLowerCase()

/** Every change is durable when its promise resolves. Removing a database removes what is in it. */
export function createCatalog(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly events: ServiceEvents
}): GlueCatalog {
  const { meta, clock } = deps
  const databases = createDocuments<CatalogDatabase>(
    meta,
    'glue/database',
    createEventCompany(deps.events, databaseEventOf),
  )
  const tables = createCatalogTables(deps)

  async function database(scope: Scope, name: string): Promise<CatalogDatabase> {
    const found = await databases.get(scope, fold(name))
    if (!found) throw entityNotFound(`Database ${name} not found.`)
    return found
  }

  async function table(scope: Scope, databaseName: string, name: string): Promise<CatalogTable> {
    const found = await tables.find(scope, fold(databaseName), fold(name))
    if (found) return found
    await database(scope, databaseName)
    throw entityNotFound(`Table ${name} not found.`)
  }

  async function databasePage(scope: Scope, { after, limit }: NamePage) {
    const found = await databases.list(scope, { limit, ...(after && { after: [after] }) })
    return found.map(({ value }) => value)
  }

  return {
    database,
    databasePage,
    databases: (scope) => databasePage(scope, { limit: 100_000 }),
    async createDatabase(scope, { name, ...rest }) {
      const created = { ...rest, name: fold(name), createdMs: clock.wallMs() }
      if (!(await databases.create(scope, [fold(name)], created))) {
        throw alreadyExists('Database already exists.')
      }
    },
    async updateDatabase(scope, name, changed) {
      await database(scope, name)
      await databases.update(scope, [fold(name)], (current) => ({
        ...changed,
        name: fold(name),
        createdMs: current.createdMs ?? clock.wallMs(),
      }))
    },
    async removeDatabase(scope, name) {
      await database(scope, name)
      await tables.removeAll(scope, fold(name))
      await databases.remove(scope, fold(name))
    },

    table,
    async tables(scope, databaseName) {
      await database(scope, databaseName)
      return tables.list(scope, fold(databaseName))
    },
    async tablePage(scope, databaseName, page) {
      await database(scope, databaseName)
      return tables.page(scope, fold(databaseName), page)
    },
    async createTable(scope, databaseName, definition) {
      await database(scope, databaseName)
      await tables.create(scope, fold(databaseName), {
        ...definition,
        name: fold(definition.name),
      })
    },
    async updateTable(scope, databaseName, definition, options) {
      await database(scope, databaseName)
      const folded = { ...definition, name: fold(definition.name) }
      await tables.update(scope, fold(databaseName), folded, options)
    },
    async removeTable(scope, databaseName, name) {
      await table(scope, databaseName, name)
      await tables.remove(scope, fold(databaseName), fold(name))
    },
    async tableVersions(scope, databaseName, name) {
      return tables.versions(scope, await table(scope, databaseName, name))
    },
    async removeTableVersion(scope, databaseName, name, versionId) {
      await tables.removeVersion(scope, await table(scope, databaseName, name), versionId)
    },

    ...partitionsOf(table, createCatalogPartitions(deps)),
  }
}

type PartitionMembers =
  | 'partition'
  | 'partitionPage'
  | 'partitions'
  | 'createPartitions'
  | 'updatePartition'
  | 'removePartition'

function partitionsOf(
  table: GlueCatalog['table'],
  partitions: CatalogPartitions,
): Pick<GlueCatalog, PartitionMembers> {
  return {
    async partition(scope, databaseName, tableName, values) {
      const owner = await table(scope, databaseName, tableName)
      const found = await partitions.find(scope, owner, values)
      if (!found) throw entityNotFound('Cannot find partition.')
      return found
    },
    async partitionPage(scope, databaseName, tableName, request) {
      return partitions.page(scope, await table(scope, databaseName, tableName), request)
    },
    async partitions(scope, databaseName, tableName, where = () => true) {
      const owner = await table(scope, databaseName, tableName)
      const kept: CatalogPartition[] = []
      for await (const one of partitions.each(scope, owner)) if (where(one)) kept.push(one)
      return kept
    },
    async createPartitions(scope, databaseName, tableName, added) {
      return partitions.create(scope, await table(scope, databaseName, tableName), added)
    },
    async updatePartition(scope, databaseName, tableName, values, partition) {
      const owner = await table(scope, databaseName, tableName)
      await partitions.update(scope, owner, values, partition)
    },
    async removePartition(scope, databaseName, tableName, values) {
      const owner = await table(scope, databaseName, tableName)
      await partitions.remove(scope, owner, values)
    },
  }
}
