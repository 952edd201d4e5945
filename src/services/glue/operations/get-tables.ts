import type { Scope } from '../../../base/scope.ts'
import type { CatalogTable } from '../catalog.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { namePattern } from '../name-pattern.ts'
import { pageByName } from '../page-token.ts'
import { checkCatalog, tableToWire } from './wire-catalog.ts'

async function pageOf(
  catalog: GlueCatalog,
  scope: Scope,
  database: string,
  { after, limit }: { readonly after?: string; readonly limit: number },
  wanted: RegExp | undefined,
): Promise<CatalogTable[]> {
  const found: CatalogTable[] = []
  let last = after
  for (;;) {
    const page = { limit: limits.pageSize, ...(last !== undefined && { after: last }) }
    const some = await catalog.tablePage(scope, database, page)
    found.push(...some.filter(({ name }) => wanted?.test(name) ?? true))
    last = some.at(-1)?.name
    if (found.length >= limit || some.length < limits.pageSize) return found.slice(0, limit)
  }
}

export const getTables: GlueOperation<'GetTables'> = {
  name: 'GetTables',
  refuses: [
    'TransactionId',
    'QueryAsOfTime',
    'AuditContext',
    'ResourceShareType',
    'IncludeStatusDetails',
  ],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const wanted = input.Expression === undefined ? undefined : namePattern(input.Expression)
    const { items, NextToken } = await pageByName<CatalogTable>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => pageOf(catalog, context, input.DatabaseName, page, wanted),
    )
    return {
      TableList: items.map((table) => {
        if (!input.AttributesToGet) return tableToWire(table, context)
        const wantsType = input.AttributesToGet.includes('TABLE_TYPE')
        return { Name: table.name, ...(wantsType && { TableType: table.tableType }) }
      }),
      NextToken,
    }
  },
}
