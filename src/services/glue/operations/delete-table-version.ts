import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

export const deleteTableVersion: GlueOperation<'DeleteTableVersion'> = {
  name: 'DeleteTableVersion',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName, VersionId } = input
    await catalog.removeTableVersion(context, DatabaseName, TableName, VersionId)
    return {}
  },
}
