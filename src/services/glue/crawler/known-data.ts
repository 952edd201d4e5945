import type { Scope } from '../../../base/scope.ts'
import type { StorageDescriptor } from '../catalog.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import type { ObjectSchema } from './classify-object.ts'
import { fieldsOfColumns } from './schema-types.ts'
import type { DataSet } from './table-plan.ts'

/** What earlier crawls have found, by location. */
export type KnownData = ReadonlyMap<string, DataSet>

/**
 * The folders that a crawler has catalogued, so that a crawl for new folders need not read them
 * again.
 */
export async function readKnownData(
  catalog: GlueCatalog,
  scope: Scope,
  database: string,
  crawler: string,
): Promise<KnownData> {
  const known = new Map<string, DataSet>()
  const note = (storage: StorageDescriptor | undefined) => {
    const data = storage && dataOf(storage)
    if (data) known.set(storage.location, data)
  }
  for (const table of await catalog.tables(scope, database)) {
    if (table.parameters['UPDATED_BY_CRAWLER'] !== crawler) continue
    if (table.partitionKeys.length === 0) note(table.storage)
    for (const partition of await catalog.partitions(scope, database, table.name)) {
      note(partition.storage)
    }
  }
  return known
}

function dataOf({ parameters, columns, serde }: StorageDescriptor): DataSet | undefined {
  const { classification, compressionType, delimiter, jsonPath } = parameters
  if (classification !== 'json' && classification !== 'csv' && classification !== 'parquet') {
    return undefined
  }
  const schema: ObjectSchema = {
    classification,
    compression:
      compressionType === 'gzip' || compressionType === 'zstd' ? compressionType : 'none',
    fields: fieldsOfColumns(columns),
    records: Number(parameters['recordCount'] ?? 0),
    ...(jsonPath !== undefined && { jsonPath }),
    ...(classification === 'csv' && {
      csv: {
        delimiter: delimiter ?? ',',
        quote: serde?.parameters['quoteChar'] ?? '"',
        hasHeader: parameters['skip.header.line.count'] !== undefined,
        quoted: parameters['areColumnsQuoted'] === 'true',
      },
    }),
  }
  return {
    schema,
    objectCount: Number(parameters['objectCount'] ?? 0),
    sizeBytes: Number(parameters['sizeKey'] ?? 0),
  }
}
