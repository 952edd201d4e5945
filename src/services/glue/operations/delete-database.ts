import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

/** Tables and partitions in it go with it, before the answer (AWS: some time after). */
export const deleteDatabase: GlueOperation<'DeleteDatabase'> = {
  name: 'DeleteDatabase',
  async run({ catalog, tags }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.removeDatabase(context, input.Name)
    await tags.forget(context, `database/${input.Name.toLowerCase()}`)
    return {}
  },
}
