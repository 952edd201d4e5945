import type { Cursor } from './cursor.ts'
import {
  parseColumns,
  parseHiveName,
  parsePartition,
  parseProperties,
  parseTableName,
  parseText,
} from './hive-words.ts'
import type { AlterAction, CreateTable, PartitionSpec, Statement } from './statement-ast.ts'
import { UnsupportedSqlError } from './tokens.ts'

type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** Behind `CREATE [EXTERNAL] TABLE`, up to the end. https://docs.aws.amazon.com/athena/latest/ug/create-table.html */
export function parseCreateTable(cursor: Cursor): CreateTable {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const table: Changing<CreateTable> = {
    kind: 'create-table',
    table: parseTableName(cursor),
    ifNotExists,
    columns: parseColumns(cursor),
    partitionKeys: [],
    properties: {},
  }
  while (cursor.peek().kind !== 'end' && !cursor.at(';')) parseTableClause(cursor, table)
  return table
}

function parseTableClause(cursor: Cursor, table: Changing<CreateTable>): void {
  if (cursor.accept('COMMENT')) table.comment = parseText(cursor)
  else if (cursor.accept('PARTITIONED', 'BY')) table.partitionKeys = parseColumns(cursor)
  else if (cursor.at('CLUSTERED')) throw new UnsupportedSqlError('CLUSTERED BY', cursor.peek())
  else if (cursor.accept('ROW', 'FORMAT', 'SERDE')) {
    const library = parseText(cursor)
    const parameters = cursor.accept('WITH', 'SERDEPROPERTIES') ? parseProperties(cursor) : {}
    table.serde = { library, parameters }
  } else if (cursor.accept('ROW', 'FORMAT', 'DELIMITED')) table.delimited = parseDelimited(cursor)
  else if (cursor.accept('STORED', 'AS', 'INPUTFORMAT')) {
    table.inputFormat = parseText(cursor)
    cursor.expect('OUTPUTFORMAT')
    table.outputFormat = parseText(cursor)
  } else if (cursor.accept('STORED', 'AS')) {
    table.storedAs = cursor.take('word', '<format>').text.toUpperCase()
  } else if (cursor.accept('LOCATION')) table.location = parseText(cursor)
  else if (cursor.accept('TBLPROPERTIES')) table.properties = parseProperties(cursor)
  else cursor.fail("'COMMENT', 'LOCATION', 'PARTITIONED', 'ROW', 'STORED', 'TBLPROPERTIES'")
}

const DELIMITERS = [
  [['FIELDS', 'TERMINATED', 'BY'], 'field.delim'],
  [['ESCAPED', 'BY'], 'escape.delim'],
  [['COLLECTION', 'ITEMS', 'TERMINATED', 'BY'], 'collection.delim'],
  [['MAP', 'KEYS', 'TERMINATED', 'BY'], 'mapkey.delim'],
  [['LINES', 'TERMINATED', 'BY'], 'line.delim'],
  [['NULL', 'DEFINED', 'AS'], 'serialization.null.format'],
] as const

function parseDelimited(cursor: Cursor): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (;;) {
    const found = DELIMITERS.find(([words]) => cursor.accept(...words))
    if (!found) return parameters
    parameters[found[1]] = parseText(cursor)
  }
}

/** Behind `CREATE DATABASE | SCHEMA`. */
export function parseCreateDatabase(cursor: Cursor): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = parseHiveName(cursor).toLowerCase()
  const comment = cursor.accept('COMMENT') ? parseText(cursor) : undefined
  const location = cursor.accept('LOCATION') ? parseText(cursor) : undefined
  const properties = cursor.accept('WITH', 'DBPROPERTIES') ? parseProperties(cursor) : {}
  return {
    kind: 'create-database',
    name,
    ifNotExists,
    properties,
    ...(comment !== undefined && { comment }),
    ...(location !== undefined && { location }),
  }
}

/** Behind `DROP`. */
export function parseDrop(cursor: Cursor): Statement {
  if (cursor.accept('DATABASE') || cursor.accept('SCHEMA')) {
    const ifExists = cursor.accept('IF', 'EXISTS')
    const name = parseHiveName(cursor).toLowerCase()
    const cascade = cursor.accept('CASCADE')
    if (!cascade) cursor.accept('RESTRICT')
    return { kind: 'drop-database', name, ifExists, cascade }
  }
  const kind = cursor.accept('VIEW') ? 'drop-view' : 'drop-table'
  if (kind === 'drop-table') cursor.expect('TABLE')
  const ifExists = cursor.accept('IF', 'EXISTS')
  return { kind, table: parseTableName(cursor), ifExists }
}

/** Behind `ALTER TABLE`. */
export function parseAlterTable(cursor: Cursor): Statement {
  const table = parseTableName(cursor)
  return { kind: 'alter-table', table, action: parseAction(cursor) }
}

function parseAction(cursor: Cursor): AlterAction {
  if (cursor.accept('ADD', 'COLUMNS')) return { kind: 'add-columns', columns: parseColumns(cursor) }
  if (cursor.accept('REPLACE', 'COLUMNS')) {
    return { kind: 'replace-columns', columns: parseColumns(cursor) }
  }
  if (cursor.accept('ADD')) return parseAddPartitions(cursor)
  if (cursor.accept('DROP')) {
    const ifExists = cursor.accept('IF', 'EXISTS')
    const specs = [parsePartition(cursor)]
    while (cursor.accept(',')) specs.push(parsePartition(cursor))
    return { kind: 'drop-partitions', ifExists, specs }
  }
  if (cursor.accept('SET', 'LOCATION')) {
    return { kind: 'set-location', location: parseText(cursor) }
  }
  if (cursor.accept('SET', 'TBLPROPERTIES')) {
    return { kind: 'set-properties', properties: parseProperties(cursor) }
  }
  if (!cursor.at('PARTITION')) {
    throw new UnsupportedSqlError(
      `ALTER TABLE … ${cursor.peek().text.toUpperCase()}`,
      cursor.peek(),
    )
  }
  const partition = parsePartition(cursor)
  if (cursor.accept('RENAME', 'TO')) {
    return { kind: 'rename-partition', from: partition, to: parsePartition(cursor) }
  }
  cursor.expect('SET', 'LOCATION')
  return { kind: 'set-location', partition, location: parseText(cursor) }
}

function parseAddPartitions(cursor: Cursor): AlterAction {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const partitions: Array<{ spec: PartitionSpec; location?: string }> = []
  do {
    const spec = parsePartition(cursor)
    const location = cursor.accept('LOCATION') ? parseText(cursor) : undefined
    partitions.push({ spec, ...(location !== undefined && { location }) })
  } while (cursor.at('PARTITION'))
  return { kind: 'add-partitions', ifNotExists, partitions }
}

/** Behind `SHOW`. */
export function parseShow(cursor: Cursor): Statement {
  const place = cursor.peek()
  if (cursor.accept('DATABASES') || cursor.accept('SCHEMAS')) {
    return { kind: 'show-databases', ...parsePattern(cursor) }
  }
  for (const kind of ['TABLES', 'VIEWS'] as const) {
    if (!cursor.accept(kind)) continue
    const within = cursor.accept('IN') || cursor.accept('FROM')
    const database = within ? { database: parseHiveName(cursor).toLowerCase() } : {}
    const shown = kind === 'TABLES' ? 'show-tables' : 'show-views'
    return { kind: shown, ...database, ...parsePattern(cursor) }
  }
  if (cursor.accept('PARTITIONS')) {
    return { kind: 'show-partitions', table: parseTableName(cursor) }
  }
  if (cursor.accept('COLUMNS')) {
    if (!cursor.accept('IN')) cursor.expect('FROM')
    const { parts, place: at } = parseTableName(cursor)
    if (!cursor.accept('IN') && !cursor.accept('FROM')) {
      return { kind: 'show-columns', table: { parts, place: at } }
    }
    const database = { text: parseHiveName(cursor), quoted: true }
    return { kind: 'show-columns', table: { parts: [database, ...parts], place: at } }
  }
  if (cursor.accept('CREATE', 'TABLE') || cursor.accept('CREATE', 'VIEW')) {
    return { kind: 'show-create', table: parseTableName(cursor) }
  }
  if (cursor.accept('TBLPROPERTIES')) {
    const table = parseTableName(cursor)
    if (!cursor.accept('(')) return { kind: 'show-properties', table }
    const property = parseText(cursor)
    cursor.expect(')')
    return { kind: 'show-properties', table, property }
  }
  throw new UnsupportedSqlError(`SHOW ${place.text.toUpperCase()}`, place)
}

function parsePattern(cursor: Cursor): { pattern?: string } {
  const like = cursor.accept('LIKE')
  const { kind } = cursor.peek()
  if (!like && kind !== 'text' && kind !== 'quoted') return {}
  return { pattern: parseText(cursor) }
}
