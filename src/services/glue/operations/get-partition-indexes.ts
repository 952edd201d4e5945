import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

/** None: partitions are kept in the order of their values, and CreatePartitionIndex is refused. */
export const getPartitionIndexes: GlueOperation<'GetPartitionIndexes'> = {
  name: 'GetPartitionIndexes',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.table(context, input.DatabaseName, input.TableName)
    return { PartitionIndexDescriptorList: [] }
  },
}
