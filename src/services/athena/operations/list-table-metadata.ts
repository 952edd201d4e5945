import type { CatalogTable } from '../../glue/catalog.ts'
import { unsupported } from '../athena-errors.ts'
import type { AthenaOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { asMetadata, expectCatalog, tableToWire } from './wire-metadata.ts'

const PAGE_SIZE = 50

export const listTableMetadata: AthenaOperation<'ListTableMetadata'> = {
  name: 'ListTableMetadata',
  async run({ catalog }, input, context) {
    expectCatalog(input.CatalogName)
    const all = await asMetadata(catalog.tables(context, input.DatabaseName))
    const wanted = input.Expression === undefined ? undefined : toPattern(input.Expression)
    const { items, nextToken } = await pageOfAll<CatalogTable>(
      input,
      PAGE_SIZE,
      ({ name }) => name,
      all.filter(({ name }) => !wanted || wanted.test(name)),
    )
    return { TableMetadataList: items.map(tableToWire), NextToken: nextToken }
  },
}

/** AWS: a regular expression over table names. Any characters, `*`, `.*` and a choice are built. */
function toPattern(expression: string): RegExp {
  if (!/^[\w.*|-]*$/.test(expression)) throw unsupported(`the Expression ${expression}`)
  return new RegExp(`^(?:${expression.replaceAll(/\.?\*+/g, '.*')})$`, 'i')
}
