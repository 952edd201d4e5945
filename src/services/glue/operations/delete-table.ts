import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

export const deleteTable: GlueOperation<'DeleteTable'> = {
  name: 'DeleteTable',
  refuses: ['TransactionId'],
  async run({ catalog, tags }, input, context) {
    checkCatalog(input.CatalogId, context)
    await catalog.removeTable(context, input.DatabaseName, input.Name)
    await tags.forget(context, `table/${input.DatabaseName}/${input.Name}`.toLowerCase())
    return {}
  },
}
