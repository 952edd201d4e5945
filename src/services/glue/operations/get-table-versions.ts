import type { CatalogTable } from '../catalog.ts'
import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { checkCatalog, tableToWire } from './wire-catalog.ts'

export const getTableVersions: GlueOperation<'GetTableVersions'> = {
  name: 'GetTableVersions',
  refuses: ['AuditContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const versions = await catalog.tableVersions(context, input.DatabaseName, input.TableName)
    const { items, NextToken } = await pageByName<CatalogTable>(
      input,
      limits.pageSize,
      ({ versionId }) => versionId,
      async ({ after, limit }) => {
        const older = versions.filter(
          ({ versionId }) => after === undefined || Number(versionId) < Number(after),
        )
        return older.slice(0, limit)
      },
    )
    return {
      TableVersions: items.map((table) => ({
        Table: tableToWire(table, context),
        VersionId: table.versionId,
      })),
      NextToken,
    }
  },
}
