import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'

/** There never was a catalog of Athena's own here, so nothing is left to import. */
export const getCatalogImportStatus: GlueOperation<'GetCatalogImportStatus'> = {
  name: 'GetCatalogImportStatus',
  async run(_deps, input, context) {
    checkCatalog(input.CatalogId, context)
    return { ImportStatus: { ImportCompleted: true } }
  },
}
