import type { StorageDescriptor, TableDefinition } from '../../glue/catalog.ts'
import { hiveTypeOf, prestoTypeOf } from '../column-info.ts'
import type { CreateTable, Statement } from '../dialect/statement-ast.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import { QueryFailure } from '../query-failure.ts'
import { isView, viewDefinition } from '../views.ts'
import type { DdlContext } from './ddl-context.ts'
import { expectDatabase, idOf, lookUp } from './ddl-context.ts'
import { databaseNotFound, taskFailed } from './ddl-failure.ts'
import type { Outcome } from './outcome.ts'
import { noOutcome } from './outcome.ts'
import type { OutputColumn } from './query-session.ts'
import { databaseExists } from './resolve-query.ts'

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

export async function createDatabase(
  { deps, scope }: DdlContext,
  statement: Of<'create-database'>,
): Promise<Outcome> {
  const { name, comment, location, properties, ifNotExists } = statement
  if (await databaseExists(deps, scope, name)) {
    if (ifNotExists) return noOutcome
    throw taskFailed(`AlreadyExistsException(message:Database ${name} already exists)`)
  }
  await deps.catalog.createDatabase(scope, {
    name,
    parameters: properties,
    ...(comment !== undefined && { description: comment }),
    ...(location !== undefined && { locationUri: location }),
  })
  return noOutcome
}

export async function dropDatabase(
  { deps, scope }: DdlContext,
  { name, ifExists, cascade }: Of<'drop-database'>,
): Promise<Outcome> {
  if (!(await databaseExists(deps, scope, name))) {
    if (ifExists) return noOutcome
    throw databaseNotFound(name)
  }
  const tables = await deps.catalog.tables(scope, name)
  if (tables.length > 0 && !cascade) {
    throw taskFailed(
      `InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`,
    )
  }
  await deps.catalog.removeDatabase(scope, name)
  return noOutcome
}

/** The data stays where it is: tables are external. */
export async function dropTable(
  context: DdlContext,
  { kind, table, ifExists }: Of<'drop-table' | 'drop-view'>,
): Promise<Outcome> {
  const id = idOf(context, table)
  const found = await lookUp(context, id)
  if (!found) {
    if (ifExists) return noOutcome
    await expectDatabase(context, id.database)
    throw taskFailed(`NoSuchObjectException(message:${id.database}.${id.name} table not found)`)
  }
  if (isView(found) !== (kind === 'drop-view')) {
    const [is, verb] = isView(found) ? ['a view', 'DROP VIEW'] : ['a table', 'DROP TABLE']
    throw taskFailed(`SemanticException ${id.name} is ${is}: use ${verb}`)
  }
  await context.deps.catalog.removeTable(context.scope, id.database, id.name)
  return noOutcome
}

export async function createTable(context: DdlContext, statement: CreateTable): Promise<Outcome> {
  const id = idOf(context, statement.table)
  await expectDatabase(context, id.database)
  if (await lookUp(context, id)) {
    if (statement.ifNotExists) return noOutcome
    throw taskFailed(`AlreadyExistsException(message:Table ${id.name} already exists.)`)
  }
  await context.deps.catalog.createTable(
    context.scope,
    id.database,
    tableDefinition(id.name, statement),
  )
  return noOutcome
}

function tableDefinition(name: string, statement: CreateTable): TableDefinition {
  const { columns, partitionKeys, location = '', comment, properties } = statement
  return {
    name,
    tableType: 'EXTERNAL_TABLE',
    partitionKeys,
    parameters: {
      EXTERNAL: 'TRUE',
      ...properties,
      ...(comment !== undefined && { comment }),
    },
    storage: {
      columns,
      location: location.replace(/\/*$/, '/'),
      compressed: false,
      parameters: {},
      ...formatsOf(statement),
    },
  }
}

const TEXT = [
  'org.apache.hadoop.mapred.TextInputFormat',
  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
] as const

/** `STORED AS` by its input format, output format and SerDe (Hive: Storage Formats). */
const STORED_AS: Readonly<Record<string, readonly [string, string, string]>> = {
  TEXTFILE: TEXT,
  PARQUET: [
    'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  ],
  ORC: [
    'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat',
    'org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat',
    'org.apache.hadoop.hive.ql.io.orc.OrcSerde',
  ],
  AVRO: [
    'org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat',
    'org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat',
    'org.apache.hadoop.hive.serde2.avro.AvroSerDe',
  ],
}

function formatsOf(
  statement: CreateTable,
): Pick<StorageDescriptor, 'inputFormat' | 'outputFormat' | 'serde'> {
  const storedAs = statement.storedAs ?? 'TEXTFILE'
  const formats = STORED_AS[storedAs]
  if (!formats) throw new UnsupportedSqlError(`STORED AS ${storedAs}`)
  const [inputFormat, outputFormat, library] = formats
  const delimited = statement.delimited ?? {}
  const given = statement.serde?.parameters ?? delimited
  return {
    inputFormat: statement.inputFormat ?? inputFormat,
    outputFormat: statement.outputFormat ?? outputFormat,
    serde: {
      library: statement.serde?.library ?? library,
      // AWS: the table's SerDe always has a serialization format.
      parameters: { 'serialization.format': delimited['field.delim'] ?? '1', ...given },
    },
  }
}

/** `columns` are those of the view's query, which has been resolved and typed. */
export async function createView(
  context: DdlContext,
  statement: Of<'create-view'>,
  columns: ReadonlyArray<OutputColumn>,
): Promise<Outcome> {
  const id = idOf(context, statement.table)
  await expectDatabase(context, id.database)
  const definition = viewDefinition({
    name: id.name,
    sql: statement.text,
    schema: context.database,
    columns: columns.map(({ name, type }) => ({
      name: name.toLowerCase(),
      type: prestoTypeOf(type),
      hiveType: hiveTypeOf(type) ?? 'string',
    })),
  })
  const found = await lookUp(context, id)
  if (!found) {
    await context.deps.catalog.createTable(context.scope, id.database, definition)
    return noOutcome
  }
  const full = `awsdatacatalog.${id.database}.${id.name}`
  if (!isView(found)) {
    throw new QueryFailure('TABLE_ALREADY_EXISTS', `line 1:1: Table already exists: '${full}'`)
  }
  if (!statement.orReplace) {
    throw new QueryFailure('TABLE_ALREADY_EXISTS', `line 1:1: View already exists: '${full}'`)
  }
  await context.deps.catalog.updateTable(context.scope, id.database, definition)
  return noOutcome
}
