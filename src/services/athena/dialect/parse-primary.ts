import { commaList } from './cursor.ts'
import { parseCall } from './parse-call.ts'
import { parseType } from './parse-type.ts'
import type { Expression, Name } from './query-ast.ts'
import type { Reader } from './reader.ts'
import { isName, parseName, startsQuery } from './words.ts'

/** Types that may stand before a text: `DATE '2026-01-01'`. */
const LITERAL_TYPES =
  /^(DATE|TIME|TIMESTAMP|DECIMAL|DOUBLE|REAL|BIGINT|INTEGER|SMALLINT|TINYINT|BOOLEAN|VARCHAR|CHAR|JSON|UUID)$/i

const CURRENT =
  /^(CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP|CURRENT_USER|CURRENT_CATALOG|CURRENT_SCHEMA)$/i

/** An operand with its subscripts and fields. */
export function parsePrimary(cursor: Reader): Expression {
  let value = parseOperand(cursor)
  for (;;) {
    if (cursor.accept('[')) {
      value = { kind: 'subscript', value, index: cursor.value() }
      cursor.expect(']')
    } else if (cursor.at('.') && value.kind !== 'name') {
      cursor.expect('.')
      value = { kind: 'field', value, name: parseName(cursor) }
    } else return value
  }
}

function parseOperand(cursor: Reader): Expression {
  const token = cursor.peek()
  if (isLambda(cursor)) return parseLambda(cursor)
  switch (token.kind) {
    case 'text':
      cursor.next()
      return { kind: 'text', value: token.text }
    case 'number':
      cursor.next()
      return { kind: 'number', value: token.text }
    case 'binary':
      cursor.next()
      return { kind: 'binary-text', value: token.text }
    case 'symbol':
      return parseSymbol(cursor)
    case 'word':
      return parseWord(cursor)
    case 'quoted':
    case 'backtick':
      return cursor.peek(1).text === '(' ? parseCall(cursor) : parseColumn(cursor)
    default:
      return cursor.fail('<expression>')
  }
}

function parseSymbol(cursor: Reader): Expression {
  if (cursor.accept('?')) return cursor.parameter()
  if (!cursor.at('(')) return cursor.fail('<expression>')
  if (startsQuery(cursor)) {
    const query = cursor.attempt('subquery', () => {
      cursor.expect('(')
      const inner = cursor.query()
      cursor.expect(')')
      return inner
    })
    if (query) return { kind: 'subquery', query }
  }
  cursor.expect('(')
  const items = commaList(cursor, () => cursor.expression())
  cursor.expect(')')
  const [only] = items
  return items.length === 1 && only ? only : { kind: 'row', items }
}

function parseWord(cursor: Reader): Expression {
  const token = cursor.peek()
  const word = token.text.toUpperCase()
  if (word === 'TRUE' || word === 'FALSE' || word === 'NULL') {
    cursor.next()
    return { kind: 'word', value: word }
  }
  if (word === 'CASE') return parseCase(cursor)
  if (word === 'EXISTS') {
    cursor.expect('EXISTS', '(')
    const query = cursor.query()
    cursor.expect(')')
    return { kind: 'exists', query }
  }
  if (word === 'INTERVAL' && /^['+-]/.test(cursor.sql[cursor.peek(1).offset] ?? '')) {
    return parseInterval(cursor)
  }
  if (word === 'ARRAY' && cursor.peek(1).text === '[') {
    cursor.next()
    return { kind: 'array', items: bracketed(cursor) }
  }
  if (LITERAL_TYPES.test(word) && cursor.peek(1).kind === 'text') {
    cursor.next()
    return { kind: 'typed', type: word.toLowerCase(), value: cursor.next().text }
  }
  if (CURRENT.test(word)) {
    cursor.next()
    if (cursor.accept('(')) {
      cursor.take('number', '<integer>')
      cursor.expect(')')
    }
    return { ...plainCall(word.toLowerCase()), place: token }
  }
  if (cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '(') {
    return parseSpecialForm(cursor, word) ?? parseCall(cursor)
  }
  return parseColumn(cursor)
}

function plainCall(name: string) {
  return {
    kind: 'call' as const,
    name,
    arguments: [],
    star: false,
    distinct: false,
    orderBy: [],
  }
}

function parseSpecialForm(cursor: Reader, word: string): Expression | undefined {
  if (word === 'CAST' || word === 'TRY_CAST') {
    cursor.expect(word, '(')
    const value = cursor.expression()
    cursor.expect('AS')
    const type = parseType(cursor)
    cursor.expect(')')
    return { kind: 'cast', value, type, safe: word === 'TRY_CAST' }
  }
  if (word === 'EXTRACT') {
    cursor.expect(word, '(')
    const field = cursor.take('word', '<field>').text.toUpperCase()
    cursor.expect('FROM')
    const value = cursor.value()
    cursor.expect(')')
    return { kind: 'extract', field, value }
  }
  if (word === 'ROW') {
    cursor.expect(word, '(')
    const items = commaList(cursor, () => cursor.expression())
    cursor.expect(')')
    return { kind: 'row', items }
  }
  return undefined
}

function parseColumn(cursor: Reader): Expression {
  const place = cursor.peek()
  if (!isName(place)) cursor.fail('<expression>')
  const parts = [parseName(cursor)]
  while (cursor.at('.') && isName(cursor.peek(1))) {
    cursor.expect('.')
    parts.push(parseName(cursor))
  }
  return { kind: 'name', parts, place }
}

function parseCase(cursor: Reader): Expression {
  cursor.expect('CASE')
  const operand = cursor.at('WHEN') ? undefined : cursor.expression()
  const whens: { when: Expression; result: Expression }[] = []
  do {
    cursor.expect('WHEN')
    const when = cursor.expression()
    cursor.expect('THEN')
    whens.push({ when, result: cursor.expression() })
  } while (cursor.at('WHEN'))
  const otherwise = cursor.accept('ELSE') ? cursor.expression() : undefined
  cursor.expect('END')
  return { kind: 'case', whens, ...(operand && { operand }), ...(otherwise && { otherwise }) }
}

function parseInterval(cursor: Reader): Expression {
  cursor.expect('INTERVAL')
  const negative = cursor.accept('-')
  if (!negative) cursor.accept('+')
  const value = cursor.take('text', '<string>').text
  const unit = cursor.take('word', '<interval field>').text.toUpperCase()
  if (cursor.accept('TO')) return cursor.fail('<expression>')
  return { kind: 'interval', negative, value, unit }
}

function bracketed(cursor: Reader): Expression[] {
  cursor.expect('[')
  if (cursor.accept(']')) return []
  const items = commaList(cursor, () => cursor.expression())
  cursor.expect(']')
  return items
}

/** `x -> …` or `(x, y) -> …`. */
function isLambda(cursor: Reader): boolean {
  if (isName(cursor.peek())) return cursor.peek(1).text === '->'
  if (!cursor.at('(')) return false
  let ahead = 1
  while (isName(cursor.peek(ahead))) {
    ahead++
    if (cursor.peek(ahead).text === ',') ahead++
  }
  return cursor.peek(ahead).text === ')' && cursor.peek(ahead + 1).text === '->'
}

function parseLambda(cursor: Reader): Expression {
  const parameters: Name[] = []
  if (cursor.accept('(')) {
    while (!cursor.accept(')')) {
      parameters.push(parseName(cursor))
      cursor.accept(',')
    }
  } else parameters.push(parseName(cursor))
  cursor.expect('->')
  return { kind: 'lambda', parameters, body: cursor.expression() }
}
