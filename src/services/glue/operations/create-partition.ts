import { alreadyExists } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { checkCatalog, partitionFromWire } from './wire-catalog.ts'

export const createPartition: GlueOperation<'CreatePartition'> = {
  name: 'CreatePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const partition = partitionFromWire(input.PartitionInput)
    const { DatabaseName, TableName } = input
    const present = await catalog.createPartitions(context, DatabaseName, TableName, [partition])
    if (present.length > 0) throw alreadyExists('Partition already exists.')
    return {}
  },
}
