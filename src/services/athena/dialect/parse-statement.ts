import { createReader } from './create-reader.ts'
import { commaList, parenthesized } from './cursor.ts'
import { parseHiveName, parseTableName, parseText } from './hive-words.ts'
import {
  parseAlterTable,
  parseCreateDatabase,
  parseCreateTable,
  parseDrop,
  parseShow,
} from './parse-hive.ts'
import type { Expression } from './query-ast.ts'
import type { Reader } from './reader.ts'
import type { CtasProperties, Statement } from './statement-ast.ts'
import { SqlSyntaxError, UnsupportedSqlError } from './tokens.ts'
import { parseName } from './words.ts'

/**
 * One statement of Athena. `parameters` are SQL values that take the place of its question marks.
 * Throws `SqlSyntaxError` for what is no SQL, `UnsupportedSqlError` for what is not built.
 */
export function parseStatement(sql: string, parameters?: ReadonlyArray<string>): Statement {
  const reader = createReader(sql, parameters?.map(parseParameter))
  try {
    const statement = readStatement(reader)
    while (reader.accept(';'));
    if (reader.peek().kind !== 'end') reader.fail()
    return statement
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // As Trino has it: how deep a statement may be nested is a matter of the stack.
    throw new SqlSyntaxError(reader.peek(), 'statement is too large (stack overflow while parsing)')
  }
}

/** A parameter is one value, written as in SQL: `1`, `'text'`, `DATE '2026-01-01'`. */
function parseParameter(text: string): Expression {
  const reader = createReader(text)
  const value = reader.value()
  if (reader.peek().kind !== 'end') reader.fail()
  return value
}

function readStatement(reader: Reader): Statement {
  const start = reader.peek()
  switch (start.kind === 'word' ? start.text.toUpperCase() : start.text) {
    case 'SELECT':
    case 'WITH':
    case 'VALUES':
    case '(':
      return { kind: 'query', query: reader.query() }
    case 'CREATE':
      reader.next()
      return readCreate(reader)
    case 'DROP':
      reader.next()
      return parseDrop(reader)
    case 'ALTER':
      reader.next()
      if (!reader.accept('TABLE')) throw unsupported(reader, `ALTER ${reader.peek().text}`)
      return parseAlterTable(reader)
    case 'MSCK':
      reader.expect('MSCK', 'REPAIR', 'TABLE')
      return { kind: 'repair', table: parseTableName(reader) }
    case 'SHOW':
      reader.next()
      return parseShow(reader)
    case 'DESC':
    case 'DESCRIBE':
      reader.next()
      return readDescribe(reader)
    case 'INSERT':
      return readInsert(reader)
    case 'UNLOAD':
      return readUnload(reader)
    case 'PREPARE':
    case 'EXECUTE':
    case 'DEALLOCATE':
      return readPrepared(reader)
    case 'DELETE':
    case 'UPDATE':
    case 'MERGE':
    case 'OPTIMIZE':
    case 'VACUUM':
    case 'EXPLAIN':
    case 'TRUNCATE':
    case 'USING':
      throw unsupported(reader, start.text.toUpperCase())
    default:
      return reader.fail(
        "'ALTER', 'CREATE', 'DEALLOCATE', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'INSERT', 'MSCK', 'PREPARE', 'SHOW', 'UNLOAD', <query>",
      )
  }
}

function unsupported(reader: Reader, what: string): UnsupportedSqlError {
  return new UnsupportedSqlError(what, reader.peek())
}

function readCreate(reader: Reader): Statement {
  const orReplace = reader.accept('OR', 'REPLACE')
  if (reader.accept('VIEW')) {
    const table = parseTableName(reader)
    reader.expect('AS')
    const start = reader.peek()
    const query = reader.query()
    return { kind: 'create-view', table, orReplace, query, text: reader.textFrom(start) }
  }
  if (orReplace) return reader.fail("'VIEW'")
  if (reader.accept('DATABASE') || reader.accept('SCHEMA')) return parseCreateDatabase(reader)
  if (reader.accept('EXTERNAL', 'TABLE')) return parseCreateTable(reader)
  if (!reader.at('TABLE')) throw unsupported(reader, `CREATE ${reader.peek().text.toUpperCase()}`)
  reader.expect('TABLE')
  const asSelect = reader.attempt('query', () => readCreateTableAs(reader))
  return asSelect ?? readManagedTable(reader)
}

/** Without EXTERNAL, Athena makes Iceberg tables only. */
function readManagedTable(reader: Reader): never {
  const place = reader.peek()
  const { properties } = parseCreateTable(reader)
  if (properties['table_type']?.toUpperCase() === 'ICEBERG') {
    throw new UnsupportedSqlError('the table type ICEBERG', place)
  }
  return reader.fail("'EXTERNAL'", place)
}

function readCreateTableAs(reader: Reader): Statement {
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS')
  const table = parseTableName(reader)
  if (!reader.at('WITH') && !reader.at('AS')) reader.fail()
  const properties = reader.accept('WITH') ? readProperties(reader) : new Map()
  reader.expect('AS')
  const query = reader.query()
  const withData = !reader.accept('WITH', 'NO', 'DATA')
  if (withData) reader.accept('WITH', 'DATA')
  return { kind: 'create-table-as', table, ifNotExists, properties, query, withData }
}

function readProperties(reader: Reader): CtasProperties {
  const entries = parenthesized(reader, () => {
    const name = parseName(reader).text.toLowerCase()
    reader.expect('=')
    if (!reader.accept('ARRAY', '[')) {
      const token = reader.peek()
      const plain = token.kind === 'number' || token.kind === 'word'
      return [name, plain ? reader.next().text : parseText(reader)] as const
    }
    const items = commaList(reader, () => parseText(reader))
    reader.expect(']')
    return [name, items] as const
  })
  return new Map<string, string | ReadonlyArray<string>>(entries)
}

function readDescribe(reader: Reader): Statement {
  if (reader.at('INPUT') || reader.at('OUTPUT')) {
    throw unsupported(reader, `DESCRIBE ${reader.peek().text.toUpperCase()}`)
  }
  if (reader.accept('EXTENDED') || reader.accept('FORMATTED')) {
    throw unsupported(reader, 'DESCRIBE EXTENDED and FORMATTED')
  }
  const table = parseTableName(reader)
  if (reader.at('PARTITION')) throw unsupported(reader, 'DESCRIBE … PARTITION')
  return { kind: 'describe', table }
}

function readInsert(reader: Reader): Statement {
  reader.expect('INSERT', 'INTO')
  const table = parseTableName(reader)
  const columns = reader.attempt('columns', () =>
    parenthesized(reader, () => parseName(reader).text.toLowerCase()),
  )
  return { kind: 'insert', table, query: reader.query(), ...(columns && { columns }) }
}

function readUnload(reader: Reader): Statement {
  reader.expect('UNLOAD', '(')
  const query = reader.query()
  reader.expect(')', 'TO')
  const location = parseText(reader)
  const properties = reader.accept('WITH') ? readProperties(reader) : new Map()
  return { kind: 'unload', query, location, properties }
}

function readPrepared(reader: Reader): Statement {
  if (reader.accept('DEALLOCATE', 'PREPARE')) {
    return { kind: 'deallocate', name: parseHiveName(reader) }
  }
  if (reader.accept('PREPARE')) {
    const name = parseHiveName(reader)
    reader.expect('FROM')
    const start = reader.peek()
    readStatement(reader)
    return { kind: 'prepare', name, text: reader.textFrom(start) }
  }
  reader.expect('EXECUTE')
  const name = parseHiveName(reader)
  const values = reader.accept('USING')
    ? commaList(reader, () => {
        const start = reader.peek()
        reader.value()
        return reader.textFrom(start)
      })
    : []
  return { kind: 'execute', name, values }
}
