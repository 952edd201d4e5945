import type { GlueOperation } from '../contract.ts'
import { checkCatalog, databaseFromWire } from './wire-catalog.ts'

export const updateDatabase: GlueOperation<'UpdateDatabase'> = {
  name: 'UpdateDatabase',
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.updateDatabase(context, input.Name, databaseFromWire(input.DatabaseInput))
    return {}
  },
}
