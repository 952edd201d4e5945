import type { GlueOperation } from '../contract.ts'
import { errorOf } from './wire-batch.ts'
import { checkCatalog } from './wire-catalog.ts'

export const batchDeleteTable: GlueOperation<'BatchDeleteTable'> = {
  name: 'BatchDeleteTable',
  refuses: ['TransactionId'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.database(context, input.DatabaseName)
    const errors = []
    for (const name of input.TablesToDelete) {
      const error = await errorOf(catalog.removeTable(context, input.DatabaseName, name))
      if (error) errors.push({ TableName: name, ErrorDetail: error })
    }
    return { Errors: errors }
  },
}
