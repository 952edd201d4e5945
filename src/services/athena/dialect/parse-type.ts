import type { Cursor } from './cursor.ts'
import { commaList } from './cursor.ts'
import type { SqlType } from './query-ast.ts'
import { isName, parseName } from './words.ts'

/** Trino's types: `bigint`, `decimal(10,2)`, `timestamp(3) with time zone`, `row(a bigint)`, … */
export function parseType(cursor: Cursor): SqlType {
  const token = cursor.take('word', '<type>')
  let name = token.text.toLowerCase()
  if (name === 'double' && cursor.accept('PRECISION')) return plain('double')
  if (name === 'interval') {
    const from = cursor.next().text.toLowerCase()
    cursor.expect('TO')
    return plain(`interval ${from} to ${cursor.next().text.toLowerCase()}`)
  }
  if (name === 'row' && cursor.at('(')) return { ...plain(name), members: rowMembers(cursor) }
  const { lengths, members } = argumentsOf(cursor, name)
  if (name === 'time' || name === 'timestamp') {
    if (cursor.accept('WITH', 'TIME', 'ZONE')) name += ' with time zone'
    else cursor.accept('WITHOUT', 'TIME', 'ZONE')
  }
  if (name === 'int') name = 'integer'
  let type: SqlType = { name, lengths, members }
  while (cursor.accept('ARRAY')) type = { name: 'array', lengths: [], members: [{ type }] }
  return type
}

function plain(name: string): SqlType {
  return { name, lengths: [], members: [] }
}

function argumentsOf(cursor: Cursor, name: string): Pick<SqlType, 'lengths' | 'members'> {
  const close = cursor.at('<') && (name === 'array' || name === 'map') ? '>' : ')'
  if (!cursor.accept(close === '>' ? '<' : '(')) return { lengths: [], members: [] }
  const lengths: number[] = []
  const members: { type: SqlType }[] = []
  commaList(cursor, () => {
    if (cursor.peek().kind === 'number') lengths.push(Number(cursor.next().text))
    else members.push({ type: parseType(cursor) })
  })
  cursor.expect(close)
  return { lengths, members }
}

function rowMembers(cursor: Cursor): SqlType['members'] {
  cursor.expect('(')
  const members = commaList(cursor, () => {
    // `row(a bigint)` or `row(bigint)`: a name is followed by one more word.
    const named = isName(cursor.peek()) && cursor.peek(1).kind === 'word'
    const double = cursor.at('DOUBLE', 'PRECISION')
    if (!named || double) return { type: parseType(cursor) }
    const name = parseName(cursor)
    return { name, type: parseType(cursor) }
  })
  cursor.expect(')')
  return members
}
