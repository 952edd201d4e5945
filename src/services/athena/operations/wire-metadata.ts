import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { CatalogDatabase, CatalogTable, Column } from '../../glue/catalog.ts'
import { invalidRequest, metadataNotFound } from '../athena-errors.ts'

/** The one catalog: Glue's. */
export const DATA_CATALOG = 'AwsDataCatalog'

export function expectCatalog(name: string): void {
  if (name.toLowerCase() === DATA_CATALOG.toLowerCase()) return
  throw invalidRequest(`DataCatalog ${name} was not found`)
}

/** The catalog's own refusals under the name that Athena gives them. */
export async function asMetadata<T>(found: Promise<T>): Promise<T> {
  try {
    return await found
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'EntityNotFoundException') throw error
    throw metadataNotFound(error.message)
  }
}

export function databaseToWire({ name, description, parameters }: CatalogDatabase) {
  return { Name: name, Description: description, Parameters: { ...parameters } }
}

export function tableToWire(table: CatalogTable) {
  const { storage } = table
  return {
    Name: table.name,
    CreateTime: dateOf(table.createdMs),
    TableType: table.tableType,
    Columns: (storage?.columns ?? []).map(columnToWire),
    PartitionKeys: table.partitionKeys.map(columnToWire),
    Parameters: {
      ...table.parameters,
      ...(storage?.inputFormat !== undefined && { inputformat: storage.inputFormat }),
      ...(storage?.outputFormat !== undefined && { outputformat: storage.outputFormat }),
      ...(storage && { location: storage.location }),
      ...(storage?.serde?.library !== undefined && {
        'serde.serialization.lib': storage.serde.library,
      }),
      ...Object.fromEntries(
        Object.entries(storage?.serde?.parameters ?? {}).map(([name, value]) => [
          `serde.param.${name}`,
          value,
        ]),
      ),
    },
  }
}

function columnToWire({ name, type, comment }: Column) {
  return { Name: name, Type: type, Comment: comment }
}
