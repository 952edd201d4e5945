import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

export const deletePartition: GlueOperation<'DeletePartition'> = {
  name: 'DeletePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName, PartitionValues } = input
    await catalog.removePartition(context, DatabaseName, TableName, PartitionValues)
    return {}
  },
}
