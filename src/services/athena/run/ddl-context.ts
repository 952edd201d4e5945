import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { CatalogTable } from '../../glue/catalog.ts'
import type { TableName } from '../dialect/statement-ast.ts'
import type { TableFilesDeps } from '../tables/table-files.ts'
import { databaseNotFound, tableNotFound } from './ddl-failure.ts'
import { databaseExists, tableIdOf } from './resolve-query.ts'

/** What the statements of Hive work on. */
export interface DdlContext {
  readonly deps: TableFilesDeps
  readonly scope: Scope
  /** Database of names without one. */
  readonly database: string
}

export function idOf(context: DdlContext, { parts, place }: TableName) {
  return tableIdOf(parts, place, context.database)
}

/** Undefined when it is not there. */
export async function lookUp(
  { deps, scope }: DdlContext,
  id: { readonly database: string; readonly name: string },
): Promise<CatalogTable | undefined> {
  try {
    return await deps.catalog.table(scope, id.database, id.name)
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'EntityNotFoundException') return undefined
    throw error
  }
}

/** Throws Hive's words when it is not there. */
export async function tableOf(context: DdlContext, name: TableName): Promise<CatalogTable> {
  const id = idOf(context, name)
  const table = await lookUp(context, id)
  if (table) return table
  await expectDatabase(context, id.database)
  throw tableNotFound(id.name)
}

export async function expectDatabase({ deps, scope }: DdlContext, name: string): Promise<void> {
  if (!(await databaseExists(deps, scope, name))) throw databaseNotFound(name)
}
