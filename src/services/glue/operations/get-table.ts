import type { GlueOperation } from '../contract.ts'
import { checkCatalog, tableToWire } from './wire-catalog.ts'

export const getTable: GlueOperation<'GetTable'> = {
  name: 'GetTable',
  refuses: ['TransactionId', 'QueryAsOfTime', 'AuditContext'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const table = await catalog.table(context, input.DatabaseName, input.Name)
    return { Table: tableToWire(table, context) }
  },
}
