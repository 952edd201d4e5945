import type { Scope } from '../../../base/scope.ts'
import type { Catalog, CatalogTable } from '../../glue/catalog.ts'
import { quoteText } from '../../glue/hive-type.ts'
import { isView } from '../views.ts'
import { readColumnsOf } from './table-view.ts'

export const INFORMATION_SCHEMA = 'information_schema'

const TABLES = ['schemata', 'tables', 'views', 'columns'] as const
export type InformationTable = (typeof TABLES)[number]

export function isInformationTable(name: string): name is InformationTable {
  return (TABLES as ReadonlyArray<string>).includes(name)
}

const COLUMNS: Readonly<Record<InformationTable, ReadonlyArray<string>>> = {
  schemata: ['catalog_name', 'schema_name'],
  tables: ['table_catalog', 'table_schema', 'table_name', 'table_type'],
  views: ['table_catalog', 'table_schema', 'table_name'],
  columns: [
    'table_catalog',
    'table_schema',
    'table_name',
    'column_name',
    'ordinal_position',
    'column_default',
    'is_nullable',
    'data_type',
  ],
}

/** SQL that makes one of the tables about the catalog, filled from it. */
export async function informationTableSql(
  catalog: Catalog,
  scope: Scope,
  table: InformationTable,
  viewName: string,
): Promise<string> {
  const columns = COLUMNS[table].map(
    (name) => `"${name}" ${name === 'ordinal_position' ? 'BIGINT' : 'VARCHAR'}`,
  )
  const rows = await rowsOf(catalog, scope, table)
  const list = COLUMNS[table].map((name) => `"${name}"`).join(', ')
  if (rows.length === 0) return `CREATE TABLE ${viewName} (${columns.join(', ')})`
  const types = COLUMNS[table].map((name) =>
    name === 'ordinal_position'
      ? `"${name}"::BIGINT AS "${name}"`
      : `"${name}"::VARCHAR AS "${name}"`,
  )
  const values = rows.map(
    (row) => `(${row.map((value) => (value === null ? 'NULL' : quoteText(value))).join(', ')})`,
  )
  return `CREATE TABLE ${viewName} AS SELECT ${types.join(', ')} FROM (VALUES ${values.join(', ')}) AS v(${list})`
}

const CATALOG = 'awsdatacatalog'

async function rowsOf(
  catalog: Catalog,
  scope: Scope,
  table: InformationTable,
): Promise<ReadonlyArray<ReadonlyArray<string | null>>> {
  const databases = await catalog.databases(scope)
  if (table === 'schemata') {
    return [...databases.map(({ name }) => name), INFORMATION_SCHEMA].map((name) => [CATALOG, name])
  }
  const rows: Array<ReadonlyArray<string | null>> = []
  for (const database of databases) {
    for (const found of await catalog.tables(scope, database.name)) {
      rows.push(...rowsOfTable(table, database.name, found))
    }
  }
  return rows
}

function rowsOfTable(
  table: Exclude<InformationTable, 'schemata'>,
  database: string,
  found: CatalogTable,
): ReadonlyArray<ReadonlyArray<string | null>> {
  const name = [CATALOG, database, found.name]
  if (table === 'views') return isView(found) ? [name] : []
  if (table === 'tables') return [[...name, isView(found) ? 'VIEW' : 'BASE TABLE']]
  const columns = [...(found.storage?.columns ?? []), ...found.partitionKeys]
  return columns.map((column, index) => [
    ...name,
    column.name.toLowerCase(),
    String(index + 1),
    null,
    'YES',
    prestoName(column.type),
  ])
}

/** `string` is `varchar` to Trino. */
function prestoName(hiveType: string): string {
  const [first] = readColumnsOf([{ name: '', type: hiveType }])
  const plain: Readonly<Record<string, string>> = {
    VARCHAR: 'varchar',
    INTEGER: 'integer',
    FLOAT: 'real',
    BLOB: 'varbinary',
    TIMESTAMP: 'timestamp(3)',
  }
  return plain[first?.type ?? ''] ?? hiveType.toLowerCase()
}
