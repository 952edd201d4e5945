import type { CatalogTable, TableDefinition } from '../glue/catalog.ts'
import { UnsupportedSqlError } from './dialect/tokens.ts'

/**
 * A view as Athena keeps it in the catalog: `/* Presto View: <base64 of JSON> *\/` in the original text,
 * `/* Presto View *\/` in the expanded one, and `presto_view` among the parameters.
 */
export interface PrestoView {
  readonly originalSql: string
  readonly catalog: string
  readonly schema: string
  /** Types in Presto's names. */
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
}

const VIRTUAL_VIEW = 'VIRTUAL_VIEW'

const PREFIX = '/* Presto View: '
const SUFFIX = ' */'

export function isView(table: CatalogTable): boolean {
  return table.tableType === VIRTUAL_VIEW
}

export function decodeView(table: CatalogTable): PrestoView {
  const text = table.viewOriginalText ?? ''
  if (!text.startsWith(PREFIX)) {
    throw new UnsupportedSqlError(`the view ${table.name}, which is not one of Athena's,`)
  }
  const encoded = text.slice(PREFIX.length, -SUFFIX.length)
  const view = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as PrestoView
  return { ...view, schema: (view.schema ?? table.database).toLowerCase() }
}

export function viewDefinition(options: {
  readonly name: string
  readonly sql: string
  readonly schema: string
  readonly columns: ReadonlyArray<{
    readonly name: string
    readonly type: string
    readonly hiveType: string
  }>
}): TableDefinition {
  const view: PrestoView = {
    originalSql: options.sql,
    catalog: 'awsdatacatalog',
    schema: options.schema,
    columns: options.columns.map(({ name, type }) => ({ name, type })),
  }
  const encoded = Buffer.from(JSON.stringify(view)).toString('base64')
  return {
    name: options.name,
    tableType: VIRTUAL_VIEW,
    partitionKeys: [],
    parameters: { comment: 'Presto View', presto_view: 'true' },
    viewOriginalText: `${PREFIX}${encoded}${SUFFIX}`,
    viewExpandedText: '/* Presto View */',
    storage: {
      columns: options.columns.map(({ name, hiveType }) => ({ name, type: hiveType })),
      location: '',
      parameters: {},
    },
  }
}
