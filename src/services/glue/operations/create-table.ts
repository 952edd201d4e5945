import { invalidInput } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { checkCatalog, tableFromWire } from './wire-catalog.ts'

export const createTable: GlueOperation<'CreateTable'> = {
  name: 'CreateTable',
  refuses: ['OpenTableFormatInput', 'PartitionIndexes', 'TransactionId'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    if (!input.TableInput) throw invalidInput('TableInput cannot be null')
    await catalog.createTable(context, input.DatabaseName, tableFromWire(input.TableInput))
    return {}
  },
}
