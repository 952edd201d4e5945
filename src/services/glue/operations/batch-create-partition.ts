import type { GlueOperation } from '../contract.ts'
import { checkCatalog, partitionFromWire } from './wire-catalog.ts'

export const batchCreatePartition: GlueOperation<'BatchCreatePartition'> = {
  name: 'BatchCreatePartition',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const present = await catalog.createPartitions(
      context,
      input.DatabaseName,
      input.TableName,
      input.PartitionInputList.map(partitionFromWire),
    )
    return {
      Errors: present.map(({ values }) => ({
        PartitionValues: [...values],
        ErrorDetail: {
          ErrorCode: 'AlreadyExistsException',
          ErrorMessage: 'Partition already exists.',
        },
      })),
    }
  },
}
