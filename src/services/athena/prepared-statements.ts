import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { invalidRequest, resourceNotFound } from './athena-errors.ts'

export interface PreparedStatement {
  readonly name: string
  readonly workgroup: string
  readonly sql: string
  readonly description?: string
  readonly modifiedMs: number
}

/** Named queries with question marks, kept per workgroup. */
export interface PreparedStatements {
  /** Refuses a name that is taken, unless `replace`. */
  put(
    scope: Scope,
    statement: Omit<PreparedStatement, 'modifiedMs'>,
    when: 'create' | 'update' | 'either',
  ): Promise<void>
  /** Throws `ResourceNotFoundException`. */
  find(scope: Scope, workgroup: string, name: string): Promise<PreparedStatement>
  remove(scope: Scope, workgroup: string, name: string): Promise<void>
  removeAll(scope: Scope, workgroup: string): Promise<void>
  list(
    scope: Scope,
    workgroup: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<PreparedStatement>>
}

export function createPreparedStatements(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
}): PreparedStatements {
  const statements = createDocuments<PreparedStatement>(deps.meta, 'athena/prepared-statement')
  const notFound = (workgroup: string, name: string) =>
    resourceNotFound(`PreparedStatement ${name} was not found in workGroup ${workgroup}`, name)

  return {
    async put(scope, statement, when) {
      const value = { ...statement, modifiedMs: deps.clock.wallMs() }
      const id = [statement.workgroup, statement.name]
      if (when === 'either') return statements.put(scope, id, value)
      if (when === 'update') {
        if (await statements.update(scope, id, () => value)) return undefined
        throw notFound(statement.workgroup, statement.name)
      }
      if (await statements.create(scope, id, value)) return undefined
      throw invalidRequest(
        `Prepared Statement ${statement.name} already exists in WorkGroup ${statement.workgroup}`,
      )
    },
    async find(scope, workgroup, name) {
      const found = await statements.get(scope, workgroup, name)
      if (!found) throw notFound(workgroup, name)
      return found
    },
    async remove(scope, workgroup, name) {
      if (!(await statements.remove(scope, workgroup, name))) throw notFound(workgroup, name)
    },
    removeAll: (scope, workgroup) => statements.removeUnder(scope, workgroup),
    async list(scope, workgroup, { after, limit }) {
      const page = { under: [workgroup], limit, ...(after && { after: [after] }) }
      return (await statements.list(scope, page)).map(({ value }) => value)
    },
  }
}
