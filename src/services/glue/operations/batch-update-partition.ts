import type { GlueOperation } from '../contract.ts'
import { errorOf } from './wire-batch.ts'
import { checkCatalog, partitionFromWire } from './wire-catalog.ts'

export const batchUpdatePartition: GlueOperation<'BatchUpdatePartition'> = {
  name: 'BatchUpdatePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName } = input
    await catalog.table(context, DatabaseName, TableName)
    const errors = []
    for (const { PartitionValueList: values, PartitionInput } of input.Entries) {
      const partition = partitionFromWire({
        ...PartitionInput,
        Values: PartitionInput.Values ?? values,
      })
      const update = catalog.updatePartition(context, DatabaseName, TableName, values, partition)
      const error = await errorOf(update)
      if (error) errors.push({ PartitionValueList: values, ErrorDetail: error })
    }
    return { Errors: errors }
  },
}
