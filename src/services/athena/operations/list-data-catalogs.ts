import type { AthenaOperation } from '../contract.ts'
import { DATA_CATALOG } from './wire-metadata.ts'

export const listDataCatalogs: AthenaOperation<'ListDataCatalogs'> = {
  name: 'ListDataCatalogs',
  async run() {
    return { DataCatalogsSummary: [{ CatalogName: DATA_CATALOG, Type: 'GLUE' }] }
  },
}
