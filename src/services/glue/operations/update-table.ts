import { invalidInput } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { checkCatalog, tableFromWire } from './wire-catalog.ts'

export const updateTable: GlueOperation<'UpdateTable'> = {
  name: 'UpdateTable',
  refuses: ['TransactionId', 'ViewUpdateAction', 'Force', 'UpdateOpenTableFormatInput'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    if (!input.TableInput) throw invalidInput('TableInput cannot be null')
    await catalog.updateTable(context, input.DatabaseName, tableFromWire(input.TableInput), {
      skipArchive: input.SkipArchive ?? false,
      ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    })
    return {}
  },
}
