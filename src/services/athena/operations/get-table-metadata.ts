import type { AthenaOperation } from '../contract.ts'
import { asMetadata, expectCatalog, tableToWire } from './wire-metadata.ts'

export const getTableMetadata: AthenaOperation<'GetTableMetadata'> = {
  name: 'GetTableMetadata',
  async run({ catalog }, input, context) {
    expectCatalog(input.CatalogName)
    const found = await asMetadata(catalog.table(context, input.DatabaseName, input.TableName))
    return { TableMetadata: tableToWire(found) }
  },
}
