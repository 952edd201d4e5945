import type { CatalogTable } from '../../glue/catalog.ts'
import { quoteText } from '../../glue/hive-type.ts'
import { textColumn } from '../column-info.ts'
import type { Statement } from '../dialect/statement-ast.ts'
import { decodeView, isView } from '../views.ts'
import type { DdlContext } from './ddl-context.ts'
import { expectDatabase, tableOf } from './ddl-context.ts'
import { taskFailed } from './ddl-failure.ts'
import type { Outcome } from './outcome.ts'
import { linesOutcome } from './outcome.ts'
import { partitionPath } from './run-alter.ts'

type ShowStatement = Extract<Statement, { kind: `show-${string}` | 'describe' }>

export async function runShow(context: DdlContext, statement: ShowStatement): Promise<Outcome> {
  switch (statement.kind) {
    case 'show-databases': {
      const names = (await context.deps.catalog.databases(context.scope)).map(({ name }) => name)
      return linesOutcome([textColumn('database_name')], matching(names, statement.pattern))
    }
    case 'show-tables':
    case 'show-views':
      return showTables(context, statement)
    case 'show-partitions':
      return showPartitions(context, statement)
    case 'show-columns': {
      const table = await tableOf(context, statement.table)
      const names = allColumns(table).map(({ name }) => padded(name))
      return linesOutcome([textColumn('field')], names)
    }
    case 'show-create': {
      const table = await tableOf(context, statement.table)
      const lines = isView(table) ? createViewLines(table) : createTableLines(table)
      return linesOutcome([textColumn(isView(table) ? 'Create View' : 'createtab_stmt')], lines)
    }
    case 'show-properties':
      return showProperties(context, statement)
    case 'describe':
      return describe(context, statement)
  }
}

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

async function showTables(
  context: DdlContext,
  statement: Of<'show-tables' | 'show-views'>,
): Promise<Outcome> {
  const database = statement.database ?? context.database
  await expectDatabase(context, database)
  const tables = await context.deps.catalog.tables(context.scope, database)
  // AWS: SHOW TABLES lists views too.
  const listed = statement.kind === 'show-views' ? tables.filter(isView) : tables
  const column = statement.kind === 'show-views' ? 'views' : 'tab_name'
  const names = listed.map(({ name }) => name)
  return linesOutcome([textColumn(column)], matching(names, statement.pattern))
}

/** Hive's patterns: `*` for any characters, `|` for a choice; `.*` is taken as `*`. */
function matching(names: ReadonlyArray<string>, pattern: string | undefined): string[] {
  const sorted = [...names].sort()
  if (pattern === undefined) return sorted
  const choices = pattern.split('|').map((choice) =>
    choice
      .replaceAll('.*', '*')
      .replaceAll(/[.+?^${}()[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('%', '.*'),
  )
  const expression = new RegExp(`^(?:${choices.join('|')})$`, 'i')
  return sorted.filter((name) => expression.test(name))
}

async function showPartitions(
  context: DdlContext,
  statement: Of<'show-partitions'>,
): Promise<Outcome> {
  const table = await tableOf(context, statement.table)
  if (table.partitionKeys.length === 0) {
    throw taskFailed(`Table ${table.name} is not a partitioned table`)
  }
  const { deps, scope } = context
  const partitions = await deps.catalog.partitions(scope, table.database, table.name)
  const lines = partitions.map(({ values }) => partitionPath(table, values).slice(0, -1))
  return linesOutcome([textColumn('partition')], lines)
}

async function showProperties(
  context: DdlContext,
  { table: name, property }: Of<'show-properties'>,
): Promise<Outcome> {
  const table = await tableOf(context, name)
  const columns = [textColumn('prpt_name'), textColumn('prpt_value')]
  if (property === undefined) {
    const entries = Object.entries(table.parameters).sort(([a], [b]) => (a < b ? -1 : 1))
    return linesOutcome(
      columns,
      entries.map(([key, value]) => `${key}\t${value}`),
    )
  }
  const value = table.parameters[property]
  const full = `${table.database}.${table.name}`
  return linesOutcome(columns, [
    value === undefined ? `Table ${full} does not have property: ${property}` : value,
  ])
}

function allColumns(table: CatalogTable) {
  return [...(table.storage?.columns ?? []), ...table.partitionKeys]
}

/** AWS: fields of DESCRIBE and SHOW COLUMNS are filled up to 20 characters. */
function padded(text: string): string {
  return text.padEnd(20)
}

async function describe(context: DdlContext, { table: name }: Of<'describe'>): Promise<Outcome> {
  const table = await tableOf(context, name)
  const line = ({
    name: column,
    type,
    comment = '',
  }: {
    name: string
    type: string
    comment?: string
  }) => [column, type, comment].map(padded).join('\t')
  const lines = allColumns(table).map(line)
  if (table.partitionKeys.length > 0) {
    lines.push(
      '\t \t ',
      '# Partition Information\t \t ',
      line({ name: '# col_name', type: 'data_type', comment: 'comment' }),
      '\t \t ',
      ...table.partitionKeys.map(line),
    )
  }
  return linesOutcome(['col_name', 'data_type', 'comment'].map(textColumn), lines)
}

function createViewLines(table: CatalogTable): string[] {
  const { originalSql, schema } = decodeView(table)
  return [`CREATE VIEW "${schema}"."${table.name}" AS `, ...originalSql.split('\n')]
}

/** As Hive prints it: one clause a line, so that it can be run again. */
function createTableLines(table: CatalogTable): string[] {
  const { storage } = table
  const column = ({ name, type, comment }: { name: string; type: string; comment?: string }) =>
    `  \`${name}\` ${type}${comment ? ` COMMENT ${hiveText(comment)}` : ''}`
  const list = (columns: ReadonlyArray<{ name: string; type: string; comment?: string }>) =>
    columns.map((each, index) => `${column(each)}${index < columns.length - 1 ? ', ' : ')'}`)
  const serde = Object.entries(storage?.serde?.parameters ?? {})
  const properties = Object.entries(table.parameters).filter(
    ([name]) => name !== 'EXTERNAL' && name !== 'comment',
  )
  const comment = table.parameters['comment']
  return [
    `CREATE EXTERNAL TABLE \`${table.name}\`(`,
    ...list(storage?.columns ?? []),
    ...(comment ? [`COMMENT ${hiveText(comment)}`] : []),
    ...(table.partitionKeys.length > 0 ? ['PARTITIONED BY ( ', ...list(table.partitionKeys)] : []),
    'ROW FORMAT SERDE ',
    `  ${hiveText(storage?.serde?.library ?? '')} `,
    ...(serde.length > 0 ? ['WITH SERDEPROPERTIES ( ', ...entryLines(serde)] : []),
    'STORED AS INPUTFORMAT ',
    `  ${hiveText(storage?.inputFormat ?? '')} `,
    'OUTPUTFORMAT ',
    `  ${hiveText(storage?.outputFormat ?? '')}`,
    'LOCATION',
    `  ${hiveText((storage?.location ?? '').replace(/\/$/, ''))}`,
    ...(properties.length > 0 ? ['TBLPROPERTIES (', ...entryLines(properties)] : []),
  ]
}

function entryLines(entries: ReadonlyArray<readonly [string, string]>): string[] {
  return entries.map(
    ([key, value], index) =>
      `  ${hiveText(key)}=${hiveText(value)}${index < entries.length - 1 ? ', ' : ')'}`,
  )
}

function hiveText(text: string): string {
  const control = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\u0001', '\\u0001')
  return quoteText(control)
}
