import type { GlueOperation } from '../contract.ts'
import { checkCatalog, partitionFromWire } from './wire-catalog.ts'

export const updatePartition: GlueOperation<'UpdatePartition'> = {
  name: 'UpdatePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName, TableName, PartitionValueList: values } = input
    const partition = partitionFromWire({
      ...input.PartitionInput,
      Values: input.PartitionInput.Values ?? values,
    })
    await catalog.updatePartition(context, DatabaseName, TableName, values, partition)
    return {}
  },
}
