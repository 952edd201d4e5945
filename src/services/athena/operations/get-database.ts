import type { AthenaOperation } from '../contract.ts'
import { asMetadata, databaseToWire, expectCatalog } from './wire-metadata.ts'

export const getDatabase: AthenaOperation<'GetDatabase'> = {
  name: 'GetDatabase',
  async run({ catalog }, input, context) {
    expectCatalog(input.CatalogName)
    const found = await asMetadata(catalog.database(context, input.DatabaseName))
    return { Database: databaseToWire(found) }
  },
}
