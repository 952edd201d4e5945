import type { CatalogDatabase } from '../catalog.ts'
import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { checkCatalog, databaseToWire } from './wire-catalog.ts'

export const getDatabases: GlueOperation<'GetDatabases'> = {
  name: 'GetDatabases',
  refuses: ['ResourceShareType'],
  async run({ catalog }, input, context) {
    checkCatalog(input.CatalogId, context)
    const { items, NextToken } = await pageByName<CatalogDatabase>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => catalog.databasePage(context, page),
    )
    return {
      DatabaseList: items.map((database) =>
        input.AttributesToGet ? { Name: database.name } : databaseToWire(database, context),
      ),
      NextToken,
    }
  },
}
