import type { GlueOperation } from '../contract.ts'
import { checkCatalog, partitionToWire } from './wire-catalog.ts'

export const getPartition: GlueOperation<'GetPartition'> = {
  name: 'GetPartition',
  refuses: ['AuditContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName: database, TableName: table, PartitionValues: values } = input
    const partition = await catalog.partition(context, database, table, values)
    return { Partition: partitionToWire(partition, { database, table, scope: context }) }
  },
}
