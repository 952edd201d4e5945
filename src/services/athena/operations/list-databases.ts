import type { CatalogDatabase } from '../../glue/catalog.ts'
import type { AthenaOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { databaseToWire, expectCatalog } from './wire-metadata.ts'

const PAGE_SIZE = 50

export const listDatabases: AthenaOperation<'ListDatabases'> = {
  name: 'ListDatabases',
  async run({ catalog }, input, context) {
    expectCatalog(input.CatalogName)
    const { items, nextToken } = await pageOfAll<CatalogDatabase>(
      input,
      PAGE_SIZE,
      ({ name }) => name,
      await catalog.databases(context),
    )
    return { DatabaseList: items.map(databaseToWire), NextToken: nextToken }
  },
}
