import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { invalidRequest } from './athena-errors.ts'

export interface NamedQuery {
  readonly id: string
  readonly name: string
  readonly workgroup: string
  readonly database: string
  readonly sql: string
  readonly description?: string
}

/** Saved queries, kept per workgroup. */
export interface NamedQueries {
  /** The same query again for a token that was seen. */
  create(scope: Scope, query: Omit<NamedQuery, 'id'>, token?: string): Promise<NamedQuery>
  get(scope: Scope, id: string): Promise<NamedQuery | undefined>
  /** Throws `InvalidRequestException` when it is not there. */
  find(scope: Scope, id: string): Promise<NamedQuery>
  update(
    scope: Scope,
    id: string,
    changes: Pick<NamedQuery, 'name' | 'sql' | 'description'>,
  ): Promise<void>
  remove(scope: Scope, id: string): Promise<void>
  removeAll(scope: Scope, workgroup: string): Promise<void>
  list(
    scope: Scope,
    workgroup: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<string>>
}

export function createNamedQueries(deps: {
  readonly meta: MetaStore
  readonly random: Random
}): NamedQueries {
  const { meta, random } = deps
  const queries = createDocuments<NamedQuery>(meta, 'athena/named-query')
  const byWorkgroup = createDocuments<{ readonly id: string }>(meta, 'athena/named-query-index')
  const tokens = createDocuments<{ readonly id: string }>(meta, 'athena/named-query-token')

  async function find(scope: Scope, id: string): Promise<NamedQuery> {
    const found = await queries.get(scope, id)
    if (!found) throw invalidRequest(`NamedQuery ${id} was not found`)
    return found
  }

  async function remove(scope: Scope, id: string): Promise<void> {
    const { workgroup } = await find(scope, id)
    await byWorkgroup.remove(scope, workgroup, id)
    await queries.remove(scope, id)
  }

  async function list(
    scope: Scope,
    workgroup: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ) {
    const page = { under: [workgroup], limit, ...(after && { after: [after] }) }
    return (await byWorkgroup.list(scope, page)).map(({ value }) => value.id)
  }

  return {
    async create(scope, query, token) {
      const seen = token === undefined ? undefined : await tokens.get(scope, token)
      if (seen) return find(scope, seen.id)
      const created = { ...query, id: random.uuid() }
      const { id, workgroup } = created
      await meta.commit({
        puts: [
          ...queries.putBatch(scope, [id], created).puts,
          ...byWorkgroup.putBatch(scope, [workgroup, id], { id }).puts,
          ...(token === undefined ? [] : tokens.putBatch(scope, [token], { id }).puts),
        ],
      })
      return created
    },
    get: (scope, id) => queries.get(scope, id),
    find,
    async update(scope, id, changes) {
      await find(scope, id)
      await queries.update(scope, [id], (current) => ({ ...current, ...changes }))
    },
    remove,
    async removeAll(scope, workgroup) {
      for (;;) {
        const ids = await list(scope, workgroup, { limit: 100 })
        if (ids.length === 0) return
        for (const id of ids) await remove(scope, id)
      }
    },
    list,
  }
}
