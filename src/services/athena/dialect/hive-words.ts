import type { Cursor } from './cursor.ts'
import { commaList, parenthesized } from './cursor.ts'
import type { ColumnDefinition, PartitionSpec, Properties, TableName } from './statement-ast.ts'
import { UnsupportedSqlError } from './tokens.ts'
import { isName, parseName } from './words.ts'

/** Phrases that Hive's statements have in common. */

export function parseTableName(cursor: Cursor): TableName {
  const place = cursor.peek()
  const parts = [parseHiveName(cursor)]
  while (cursor.accept('.')) parts.push(parseHiveName(cursor))
  return { place, parts: parts.map((text) => ({ text, quoted: true })) }
}

/** In DDL reserved words of queries may be names (`date`, `timestamp`); digits may come first. */
export function parseHiveName(cursor: Cursor): string {
  const token = cursor.peek()
  if (isName(token) || token.kind === 'word') return cursor.next().text
  if (token.kind === 'number' && cursor.peek(1).kind === 'word') {
    return cursor.next().text + cursor.next().text
  }
  return cursor.fail('<identifier>')
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['0', '\0'],
  ['Z', '\u001a'],
])

/** A text in single or double quotes, with Hive's backslash sequences. */
export function parseText(cursor: Cursor): string {
  const token = cursor.peek()
  if (token.kind !== 'text' && token.kind !== 'quoted') cursor.fail('<string>')
  cursor.next()
  return token.text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|([0-7]{3})|([\s\S]))/g,
    (_whole, hex?: string, octal?: string, character: string = '') => {
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16))
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
      return ESCAPES.get(character) ?? character
    },
  )
}

/** `('key' = 'value', …)`. */
export function parseProperties(cursor: Cursor): Properties {
  const entries = parenthesized(cursor, () => {
    const key = parseText(cursor)
    cursor.expect('=')
    return [key, parseText(cursor)] as const
  })
  return Object.fromEntries(entries)
}

/** `PARTITION (year = '2026', month = 5)`. */
export function parsePartition(cursor: Cursor): PartitionSpec {
  cursor.expect('PARTITION')
  const entries = parenthesized(cursor, () => {
    const key = parseName(cursor).text.toLowerCase()
    if (!cursor.at('=')) {
      throw new UnsupportedSqlError(`PARTITION with '${cursor.peek().text}'`, cursor.peek())
    }
    cursor.expect('=')
    const token = cursor.peek()
    if (cursor.accept('-')) return [key, `-${cursor.take('number', '<value>').text}`] as const
    if (token.kind === 'number') return [key, cursor.next().text] as const
    if (token.kind === 'word' && cursor.peek(1).kind === 'text') cursor.next()
    return [key, parseText(cursor)] as const
  })
  return Object.fromEntries(entries)
}

/** `(name type [COMMENT 'text'], …)`. */
export function parseColumns(cursor: Cursor): ColumnDefinition[] {
  return parenthesized(cursor, () => {
    const name = parseHiveName(cursor).toLowerCase()
    if (cursor.at(',') || cursor.at(')')) {
      throw new UnsupportedSqlError('a column without a type here', cursor.peek())
    }
    if (cursor.at('('))
      throw new UnsupportedSqlError('an Iceberg partition transform', cursor.peek())
    const type = parseHiveType(cursor)
    const comment = cursor.accept('COMMENT') ? parseText(cursor) : undefined
    return { name, type, ...(comment !== undefined && { comment }) }
  })
}

const SYNONYMS: Readonly<Record<string, string>> = { integer: 'int', real: 'float' }
const HIVE_TYPE =
  /^(boolean|tinyint|smallint|int|bigint|double|float|decimal|char|varchar|string|binary|date|timestamp|array|map|struct|uniontype)$/

/** Hive's type, in lower case and without spaces. */
function parseHiveType(cursor: Cursor): string {
  const token = cursor.take('word', '<type>')
  const written = token.text.toLowerCase()
  const name = SYNONYMS[written] ?? written
  if (!HIVE_TYPE.test(name)) cursor.fail('<type>', token)
  if (name === 'struct') {
    cursor.expect('<')
    const fields = commaList(cursor, () => {
      const field = parseHiveName(cursor)
      cursor.expect(':')
      return `${field}:${parseHiveType(cursor)}`
    })
    cursor.expect('>')
    return `struct<${fields.join(',')}>`
  }
  if (name === 'array' || name === 'map') {
    cursor.expect('<')
    const members = commaList(cursor, () => parseHiveType(cursor))
    cursor.expect('>')
    return `${name}<${members.join(',')}>`
  }
  if (!cursor.at('(')) return name
  return `${name}(${parenthesized(cursor, () => cursor.take('number', '<integer>').text).join(',')})`
}
