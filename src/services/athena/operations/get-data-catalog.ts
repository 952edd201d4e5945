import type { AthenaOperation } from '../contract.ts'
import { DATA_CATALOG, expectCatalog } from './wire-metadata.ts'

export const getDataCatalog: AthenaOperation<'GetDataCatalog'> = {
  name: 'GetDataCatalog',
  async run(_deps, input, { accountId }) {
    expectCatalog(input.Name)
    const parameters = { 'catalog-id': accountId }
    return { DataCatalog: { Name: DATA_CATALOG, Type: 'GLUE', Parameters: parameters } }
  },
}
