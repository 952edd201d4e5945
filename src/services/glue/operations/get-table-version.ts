import { entityNotFound } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { checkCatalog, tableToWire } from './wire-catalog.ts'

export const getTableVersion: GlueOperation<'GetTableVersion'> = {
  name: 'GetTableVersion',
  refuses: ['AuditContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const versions = await catalog.tableVersions(context, input.DatabaseName, input.TableName)
    const wanted = input.VersionId ?? versions[0]?.versionId
    const table = versions.find(({ versionId }) => versionId === wanted)
    if (!table) throw entityNotFound('Version not found.')
    return { TableVersion: { Table: tableToWire(table, context), VersionId: table.versionId } }
  },
}
