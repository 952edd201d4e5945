import type { GlueOperation } from '../contract.ts'
import { checkCatalog, databaseFromWire } from './wire-catalog.ts'

export const createDatabase: GlueOperation<'CreateDatabase'> = {
  name: 'CreateDatabase',
  async run({ catalog, tags }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.createDatabase(context, databaseFromWire(input.DatabaseInput))
    if (input.Tags) {
      await tags.add(context, `database/${input.DatabaseInput.Name.toLowerCase()}`, input.Tags)
    }
    return {}
  },
}
