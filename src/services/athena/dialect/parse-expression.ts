import { commaList } from './cursor.ts'
import { parsePrimary } from './parse-primary.ts'
import type { Expression, InfixOperator } from './query-ast.ts'
import type { Reader } from './reader.ts'
import { startsQuery } from './words.ts'

/** Operands in a row: `a OR b OR …`. */
const OPERANDS_MAX = 10_000

const COMPARISONS = ['<>', '!=', '<=', '>=', '=', '<', '>'] as const

/** From the weakest binding to the strongest: OR, AND, NOT, comparisons, `||`, sums, products. */
export function parseExpression(cursor: Reader): Expression {
  return leftToRight(cursor, ['OR'], () =>
    leftToRight(cursor, ['AND'], () => parseNegation(cursor)),
  )
}

function parseNegation(cursor: Reader): Expression {
  let negations = 0
  while (cursor.accept('NOT')) negations++
  const operand = parsePredicate(cursor)
  // Twice is not at all.
  return negations % 2 === 0 ? operand : { kind: 'unary', operator: 'NOT', operand }
}

function parsePredicate(cursor: Reader): Expression {
  let value = parseValue(cursor)
  for (;;) {
    const next = parsePredicateRest(cursor, value)
    if (!next) return value
    value = next
  }
}

function parsePredicateRest(cursor: Reader, value: Expression): Expression | undefined {
  const comparison = COMPARISONS.find((operator) => cursor.accept(operator))
  if (comparison) {
    return parseComparison(cursor, value, comparison === '!=' ? '<>' : comparison)
  }
  if (cursor.accept('IS')) return parseIs(cursor, value)
  const negated = cursor.at('NOT') && cursor.accept('NOT')
  if (cursor.accept('BETWEEN')) {
    const low = parseValue(cursor)
    cursor.expect('AND')
    return { kind: 'between', negated, value, low, high: parseValue(cursor) }
  }
  if (cursor.accept('IN')) return { kind: 'in', negated, value, list: parseInList(cursor) }
  if (cursor.accept('LIKE')) {
    const pattern = parseValue(cursor)
    const escaped = cursor.accept('ESCAPE') ? parseValue(cursor) : undefined
    return { kind: 'like', negated, value, pattern, ...(escaped && { escape: escaped }) }
  }
  if (negated) cursor.fail("'BETWEEN', 'IN', 'LIKE'")
  return undefined
}

function parseComparison(cursor: Reader, value: Expression, operator: InfixOperator): Expression {
  for (const word of ['ALL', 'ANY', 'SOME'] as const) {
    if (!cursor.at(word, '(')) continue
    cursor.expect(word, '(')
    const query = cursor.query()
    cursor.expect(')')
    const quantifier = word === 'ALL' ? 'ALL' : 'ANY'
    return { kind: 'quantified', operator, quantifier, value, query }
  }
  return { kind: 'infix', operator, left: value, right: parseValue(cursor) }
}

function parseIs(cursor: Reader, value: Expression): Expression {
  const negated = cursor.accept('NOT')
  if (cursor.accept('NULL')) return { kind: 'is-null', negated, value }
  cursor.expect('DISTINCT', 'FROM')
  const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
  return { kind: 'infix', operator, left: value, right: parseValue(cursor) }
}

function parseInList(cursor: Reader) {
  cursor.expect('(')
  const list = startsQuery(cursor)
    ? cursor.query()
    : commaList(cursor, () => parseExpression(cursor))
  cursor.expect(')')
  return list
}

/** A value without comparisons: what stands on either side of one. */
export function parseValue(cursor: Reader): Expression {
  return leftToRight(cursor, ['||'], () =>
    leftToRight(cursor, ['+', '-'], () =>
      leftToRight(cursor, ['*', '/', '%'], () => parseSigned(cursor)),
    ),
  )
}

function parseSigned(cursor: Reader): Expression {
  let negative = false
  for (;;) {
    if (cursor.accept('-')) negative = !negative
    else if (!cursor.accept('+')) break
  }
  const value = parseZoned(cursor)
  return negative ? { kind: 'unary', operator: '-', operand: value } : value
}

function parseZoned(cursor: Reader): Expression {
  let value = parsePrimary(cursor)
  while (cursor.accept('AT', 'TIME', 'ZONE')) {
    value = { kind: 'at-zone', value, zone: parsePrimary(cursor) }
  }
  return value
}

function leftToRight(
  cursor: Reader,
  operators: ReadonlyArray<InfixOperator>,
  operand: () => Expression,
): Expression {
  let left = operand()
  for (let count = 1; ; count++) {
    const operator = operators.find((candidate) => cursor.accept(candidate))
    if (!operator) return left
    if (count > OPERANDS_MAX) cursor.fail('a shorter statement')
    left = { kind: 'infix', operator, left, right: operand() }
  }
}
