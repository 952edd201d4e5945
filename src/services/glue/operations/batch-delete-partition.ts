import type { GlueOperation } from '../contract.ts'
import { errorOf } from './wire-batch.ts'
import { checkCatalog } from './wire-catalog.ts'

export const batchDeletePartition: GlueOperation<'BatchDeletePartition'> = {
  name: 'BatchDeletePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName } = input
    await catalog.table(context, DatabaseName, TableName)
    const errors = []
    for (const { Values } of input.PartitionsToDelete) {
      const removal = catalog.removePartition(context, DatabaseName, TableName, Values)
      const error = await errorOf(removal)
      if (error) errors.push({ PartitionValues: Values, ErrorDetail: error })
    }
    return { Errors: errors }
  },
}
