import type { GlueOperation } from '../contract.ts'
import { foundOrNot } from './wire-batch.ts'
import { checkCatalog, partitionToWire } from './wire-catalog.ts'

/** AWS: partitions that are not there are left out, without an error. */
export const batchGetPartition: GlueOperation<'BatchGetPartition'> = {
  name: 'BatchGetPartition',
  refuses: ['AuditContext', 'QuerySessionContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName: database, TableName: table } = input
    await catalog.table(context, database, table)
    const found = await Promise.all(
      input.PartitionsToGet.map(({ Values }) =>
        foundOrNot(catalog.partition(context, database, table, Values)),
      ),
    )
    const owner = { database, table, scope: context }
    return {
      Partitions: found.flatMap((one) => (one ? [partitionToWire(one, owner)] : [])),
      UnprocessedKeys: [],
    }
  },
}
