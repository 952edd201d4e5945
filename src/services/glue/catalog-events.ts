import { formatArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvent } from '../../base/service-events.ts'
import type { DocumentChange } from '../../engines/meta/documents.ts'
import type { CatalogDatabase, CatalogPartition, CatalogTable } from './catalog.ts'

/** `CreateDatabase` and `DeleteDatabase`. AWS: UpdateDatabase is told of by no event. */
export function databaseEventOf(
  scope: Scope,
  { before, after }: DocumentChange<CatalogDatabase>,
): ServiceEvent | undefined {
  if (before && after) return undefined
  const name = (after ?? before)?.name ?? ''
  return {
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Database State Change',
    resources: [arnOf(scope, `database/${name}`)],
    detail: { databaseName: name, typeOfChange: after ? 'CreateDatabase' : 'DeleteDatabase' },
  }
}

/** AWS: a table that comes or goes is a change of its database. */
export function tableEventOf(
  scope: Scope,
  { before, after }: DocumentChange<CatalogTable>,
): ServiceEvent | undefined {
  const table = after ?? before
  if (!table) return undefined
  if (before && after) return tableChange(scope, table, 'UpdateTable', [])
  return {
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Database State Change',
    resources: [arnOf(scope, `table/${table.database}/${table.name}`)],
    detail: {
      databaseName: table.database,
      typeOfChange: after ? 'CreateTable' : 'DeleteTable',
      changedTables: [table.name],
    },
  }
}

/** The change of one partition; those that are made together are told of together. */
export function partitionEventOf(
  scope: Scope,
  { id: [database, name], before, after }: DocumentChange<CatalogPartition>,
): ServiceEvent | undefined {
  const partition = after ?? before
  const table = { database: String(database), name: String(name) }
  const change = !before ? 'CreatePartition' : after ? 'UpdatePartition' : 'DeletePartition'
  return partition && tableChange(scope, table, change, [partition.values])
}

export function tableChange(
  scope: Scope,
  { database, name }: Pick<CatalogTable, 'database' | 'name'>,
  typeOfChange: string,
  partitions: ReadonlyArray<ReadonlyArray<string>>,
): ServiceEvent {
  return {
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Table State Change',
    resources: [arnOf(scope, `table/${database}/${name}`)],
    detail: {
      databaseName: database,
      // AWS: the values of one partition are one text, as a list is printed in Java.
      changedPartitions: partitions.map((values) => `[${values.join(', ')}]`),
      typeOfChange,
      tableName: name,
    },
  }
}

function arnOf({ accountId, region }: Scope, resource: string): string {
  return formatArn({ service: 'glue', accountId, region, resource })
}
