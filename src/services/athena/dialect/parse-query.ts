import { commaList, parenthesized } from './cursor.ts'
import { parseRelation } from './parse-relation.ts'
import type {
  Expression,
  FrameBound,
  Grouping,
  NamedQuery,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SortItem,
  Window,
} from './query-ast.ts'
import type { Reader } from './reader.ts'
import { UnsupportedSqlError } from './tokens.ts'
import { parseAlias, parseName, parseNames } from './words.ts'

/** `[WITH …] body [ORDER BY …] [OFFSET …] [LIMIT … | FETCH FIRST …]`. */
export function parseQuery(cursor: Reader): Query {
  const recursive = cursor.at('WITH', 'RECURSIVE')
  const items = cursor.accept('WITH') ? parseNamedQueries(cursor, recursive) : undefined
  const body = parseBody(cursor)
  const orderBy = cursor.at('ORDER') ? parseSortItems(cursor) : []
  let offset: Expression | undefined
  if (cursor.accept('OFFSET')) {
    offset = cursor.expression()
    if (!cursor.accept('ROW')) cursor.accept('ROWS')
  }
  const limit = parseLimit(cursor)
  return {
    body,
    orderBy,
    ...(items && { with: { recursive, items } }),
    ...(offset && { offset }),
    ...(limit && { limit }),
  }
}

function parseNamedQueries(cursor: Reader, recursive: boolean): NamedQuery[] {
  if (recursive) cursor.expect('RECURSIVE')
  return commaList(cursor, () => {
    const name = parseName(cursor)
    const columns = cursor.at('(') ? parenthesized(cursor, () => parseName(cursor)) : undefined
    cursor.expect('AS', '(')
    const query = parseQuery(cursor)
    cursor.expect(')')
    return { name, query, ...(columns && { columns }) }
  })
}

function parseLimit(cursor: Reader): Expression | undefined {
  if (cursor.accept('LIMIT')) {
    return cursor.accept('ALL') ? undefined : cursor.expression()
  }
  if (!cursor.accept('FETCH')) return undefined
  if (!cursor.accept('FIRST')) cursor.expect('NEXT')
  const one: Expression = { kind: 'number', value: '1' }
  const count = cursor.at('ROW') || cursor.at('ROWS') ? one : cursor.expression()
  if (!cursor.accept('ROW')) cursor.expect('ROWS')
  if (cursor.at('WITH')) throw new UnsupportedSqlError('FETCH FIRST WITH TIES', cursor.peek())
  cursor.expect('ONLY')
  return count
}

/** UNION and EXCEPT bind alike, from left to right; INTERSECT binds closer. */
function parseBody(cursor: Reader): QueryBody {
  let left = parseIntersection(cursor)
  for (;;) {
    const operator = (['UNION', 'EXCEPT'] as const).find((word) => cursor.accept(word))
    if (!operator) return left
    const all = parseAll(cursor)
    left = { kind: 'set', operator, all, left, right: parseIntersection(cursor) }
  }
}

function parseIntersection(cursor: Reader): QueryBody {
  let left = parseTerm(cursor)
  while (cursor.accept('INTERSECT')) {
    const all = parseAll(cursor)
    left = { kind: 'set', operator: 'INTERSECT', all, left, right: parseTerm(cursor) }
  }
  return left
}

function parseAll(cursor: Reader): boolean {
  if (cursor.accept('ALL')) return true
  cursor.accept('DISTINCT')
  return false
}

function parseTerm(cursor: Reader): QueryBody {
  if (cursor.accept('VALUES')) {
    return { kind: 'values', rows: commaList(cursor, () => cursor.expression()) }
  }
  if (cursor.accept('TABLE')) {
    const place = cursor.peek()
    return { kind: 'table', relation: { kind: 'table', name: parseNames(cursor), place } }
  }
  if (cursor.accept('(')) {
    const query = parseQuery(cursor)
    cursor.expect(')')
    return { kind: 'nested', query }
  }
  return parseSelect(cursor)
}

function parseSelect(cursor: Reader): Select {
  if (!cursor.at('SELECT')) cursor.fail("'SELECT', 'TABLE', 'VALUES', 'WITH', '('")
  cursor.expect('SELECT')
  const distinct = cursor.accept('DISTINCT')
  if (!distinct) cursor.accept('ALL')
  const items = commaList(cursor, () => parseSelectItem(cursor))
  const from = cursor.accept('FROM') ? commaList(cursor, () => parseRelation(cursor)) : []
  const where = cursor.accept('WHERE') ? cursor.expression() : undefined
  const groupBy = cursor.accept('GROUP') ? parseGroupBy(cursor) : undefined
  const having = cursor.accept('HAVING') ? cursor.expression() : undefined
  const windows = cursor.accept('WINDOW')
    ? commaList(cursor, () => {
        const name = parseName(cursor)
        cursor.expect('AS')
        return { name, window: parseWindow(cursor) }
      })
    : []
  return {
    kind: 'select',
    distinct,
    items,
    from,
    windows,
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
  }
}

function parseSelectItem(cursor: Reader): SelectItem {
  if (cursor.accept('*')) return { kind: 'star' }
  const qualified = cursor.attempt('qualified star', () => {
    const qualifier = [parseName(cursor)]
    while (!cursor.at('.', '*')) {
      cursor.expect('.')
      qualifier.push(parseName(cursor))
    }
    cursor.expect('.', '*')
    return qualifier
  })
  if (qualified) return { kind: 'star', qualifier: qualified }
  const value = cursor.expression()
  const alias = parseAlias(cursor)
  return { kind: 'value', value, ...(alias && { alias }) }
}

function parseGroupBy(cursor: Reader): Select['groupBy'] {
  cursor.expect('BY')
  const distinct = cursor.accept('DISTINCT')
  if (!distinct) cursor.accept('ALL')
  return { distinct, elements: commaList(cursor, () => parseGrouping(cursor)) }
}

function parseGrouping(cursor: Reader): Grouping {
  const set = () => {
    if (!cursor.at('(')) return [cursor.expression()]
    cursor.expect('(')
    const items = cursor.at(')') ? [] : commaList(cursor, () => cursor.expression())
    cursor.expect(')')
    return items
  }
  if (cursor.accept('GROUPING', 'SETS')) return { kind: 'sets', sets: parenthesized(cursor, set) }
  if (cursor.accept('CUBE')) return { kind: 'cube', sets: parenthesized(cursor, set) }
  if (cursor.accept('ROLLUP')) return { kind: 'rollup', sets: parenthesized(cursor, set) }
  return { kind: 'value', value: cursor.expression() }
}

export function parseSortItems(cursor: Reader): SortItem[] {
  cursor.expect('ORDER', 'BY')
  return commaList(cursor, () => {
    const value = cursor.expression()
    const descending = cursor.accept('DESC')
    if (!descending) cursor.accept('ASC')
    if (!cursor.accept('NULLS')) return { value, descending }
    if (cursor.accept('FIRST')) return { value, descending, nulls: 'FIRST' as const }
    cursor.expect('LAST')
    return { value, descending, nulls: 'LAST' as const }
  })
}

/** `name` or `( [name] [PARTITION BY …] [ORDER BY …] [frame] )`. */
export function parseWindow(cursor: Reader): Window {
  if (!cursor.at('(')) return { base: parseName(cursor), partitionBy: [], orderBy: [] }
  cursor.expect('(')
  const startsPart = /^(PARTITION|ORDER|ROWS|RANGE|GROUPS)$/i.test(cursor.peek().text)
  const base = startsPart || cursor.at(')') ? undefined : parseName(cursor)
  const partitionBy = cursor.accept('PARTITION', 'BY')
    ? commaList(cursor, () => cursor.expression())
    : []
  const orderBy = cursor.at('ORDER') ? parseSortItems(cursor) : []
  const unit = (['ROWS', 'RANGE', 'GROUPS'] as const).find((word) => cursor.accept(word))
  const frame = unit && { unit, ...parseFrame(cursor) }
  cursor.expect(')')
  return { partitionBy, orderBy, ...(base && { base }), ...(frame && { frame }) }
}

function parseFrame(cursor: Reader): { start: FrameBound; end?: FrameBound } {
  if (!cursor.accept('BETWEEN')) return { start: parseBound(cursor) }
  const start = parseBound(cursor)
  cursor.expect('AND')
  return { start, end: parseBound(cursor) }
}

function parseBound(cursor: Reader): FrameBound {
  for (const words of ['UNBOUNDED PRECEDING', 'UNBOUNDED FOLLOWING', 'CURRENT ROW']) {
    if (cursor.accept(...words.split(' '))) return { words }
  }
  const value = cursor.expression()
  if (cursor.accept('PRECEDING')) return { words: 'PRECEDING', value }
  cursor.expect('FOLLOWING')
  return { words: 'FOLLOWING', value }
}
