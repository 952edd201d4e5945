import { parenthesized } from './cursor.ts'
import type { Relation } from './query-ast.ts'
import type { Reader } from './reader.ts'
import { UnsupportedSqlError } from './tokens.ts'
import { parseAlias, parseName, parseNames, startsQuery } from './words.ts'

/** One item of FROM with its joins. */
export function parseRelation(cursor: Reader): Relation {
  let left = parseSampled(cursor)
  for (;;) {
    const joined = parseJoin(cursor, left)
    if (!joined) return left
    left = joined
  }
}

function parseJoin(cursor: Reader, left: Relation): Relation | undefined {
  if (cursor.accept('CROSS', 'JOIN')) {
    return { kind: 'join', type: 'CROSS', natural: false, left, right: parseSampled(cursor) }
  }
  const natural = cursor.accept('NATURAL')
  const type = parseJoinType(cursor)
  if (!type) return natural ? cursor.fail("'JOIN'") : undefined
  const right = parseSampled(cursor)
  const join = { kind: 'join' as const, type, natural, left, right }
  if (natural) return join
  if (cursor.accept('USING')) {
    return { ...join, using: parenthesized(cursor, () => parseName(cursor)) }
  }
  cursor.expect('ON')
  return { ...join, on: cursor.expression() }
}

function parseJoinType(cursor: Reader): 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | undefined {
  if (cursor.accept('JOIN')) return 'INNER'
  if (cursor.accept('INNER', 'JOIN')) return 'INNER'
  for (const side of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (cursor.accept(side, 'JOIN') || cursor.accept(side, 'OUTER', 'JOIN')) return side
  }
  return undefined
}

function parseSampled(cursor: Reader): Relation {
  const relation = parseAliased(cursor)
  if (!cursor.accept('TABLESAMPLE')) return relation
  const method = cursor.accept('SYSTEM') ? 'SYSTEM' : 'BERNOULLI'
  if (method === 'BERNOULLI') cursor.expect('BERNOULLI')
  cursor.expect('(')
  const percentage = cursor.expression()
  cursor.expect(')')
  return { kind: 'sample', relation, method, percentage }
}

function parseAliased(cursor: Reader): Relation {
  const relation = parseSource(cursor)
  if (cursor.at('MATCH_RECOGNIZE')) throw new UnsupportedSqlError('MATCH_RECOGNIZE', cursor.peek())
  if (cursor.at('FOR')) throw new UnsupportedSqlError('time travel (FOR … AS OF)', cursor.peek())
  const name = parseAlias(cursor)
  if (cursor.at('MATCH_RECOGNIZE')) throw new UnsupportedSqlError('MATCH_RECOGNIZE', cursor.peek())
  if (!name) return relation
  const columns = cursor.at('(') ? parenthesized(cursor, () => parseName(cursor)) : undefined
  return { kind: 'alias', relation, name, ...(columns && { columns }) }
}

function parseSource(cursor: Reader): Relation {
  const place = cursor.peek()
  if (cursor.at('TABLE', '(')) throw new UnsupportedSqlError('TABLE(function)', place)
  if (cursor.accept('UNNEST')) {
    const values = parenthesized(cursor, () => cursor.expression())
    return { kind: 'unnest', values, ordinality: cursor.accept('WITH', 'ORDINALITY') }
  }
  const lateral = cursor.accept('LATERAL')
  if (!cursor.at('(')) {
    if (lateral) cursor.fail("'('")
    return { kind: 'table', name: parseNames(cursor), place }
  }
  if (lateral || startsQuery(cursor)) {
    const query = cursor.attempt('derived table', () => {
      cursor.expect('(')
      const inner = cursor.query()
      cursor.expect(')')
      return inner
    })
    if (query) return { kind: 'query', query, lateral }
    if (lateral || !cursor.at('(', '(')) {
      // Not a parenthesised join either: read it again for the error it gives.
      cursor.expect('(')
      cursor.query()
      cursor.expect(')')
    }
  }
  cursor.expect('(')
  const relation = parseRelation(cursor)
  cursor.expect(')')
  return relation
}
