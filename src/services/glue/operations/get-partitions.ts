import type { Partition, Segment } from '@aws-sdk/client-glue'
import { invalidInput } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { decodeToken, encodeToken } from '../page-token.ts'
import { compileFilter } from '../partitions/filter.ts'
import { checkCatalog, partitionToWire } from './wire-catalog.ts'

function segmentOf({ SegmentNumber, TotalSegments }: Segment) {
  const number = SegmentNumber ?? 0
  const total = TotalSegments ?? 1
  if (number >= total) throw invalidInput('SegmentNumber must be less than TotalSegments')
  return { number, total }
}

function withoutColumns(partition: Partition): Partition {
  if (!partition.StorageDescriptor) return partition
  const { Columns: _columns, ...storage } = partition.StorageDescriptor
  return { ...partition, StorageDescriptor: storage }
}

export const getPartitions: GlueOperation<'GetPartitions'> = {
  name: 'GetPartitions',
  refuses: ['TransactionId', 'QueryAsOfTime', 'AuditContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { DatabaseName: database, TableName: table, Segment: segment } = input
    const { partitionKeys } = await catalog.table(context, database, table)
    const after = decodeToken(input.NextToken)
    const page = await catalog.partitionPage(context, database, table, {
      limit: Math.min(input.MaxResults ?? limits.partitionsPageSize, limits.partitionsPageSize),
      ...(input.Expression && {
        filter: compileFilter(input.Expression, partitionKeys, 'catalog'),
      }),
      ...(segment && { segment: segmentOf(segment) }),
      ...(after && { after }),
    })
    const owner = { database, table, scope: context }
    const partitions = page.partitions.map((partition) => partitionToWire(partition, owner))
    return {
      Partitions: input.ExcludeColumnSchema ? partitions.map(withoutColumns) : partitions,
      NextToken: page.after && encodeToken(page.after),
    }
  },
}
