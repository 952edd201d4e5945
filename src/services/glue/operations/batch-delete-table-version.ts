import type { GlueOperation } from '../contract.ts'
import { errorOf } from './wire-batch.ts'
import { checkCatalog } from './wire-catalog.ts'

export const batchDeleteTableVersion: GlueOperation<'BatchDeleteTableVersion'> = {
  name: 'BatchDeleteTableVersion',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName } = input
    await catalog.table(context, DatabaseName, TableName)
    const errors = []
    for (const version of input.VersionIds) {
      const removal = catalog.removeTableVersion(context, DatabaseName, TableName, version)
      const error = await errorOf(removal)
      if (error) errors.push({ TableName, VersionId: version, ErrorDetail: error })
    }
    return { Errors: errors }
  },
}
