import type { GlueOperation } from '../contract.ts'
import { checkCatalog, databaseToWire } from './wire-catalog.ts'

export const getDatabase: GlueOperation<'GetDatabase'> = {
  name: 'GetDatabase',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    return { Database: databaseToWire(await catalog.database(context, input.Name), context) }
  },
}
