import type { Expression } from '../dialect/query-ast.ts'
import { operandsOf } from '../dialect/query-ast.ts'
import type { TableUse } from '../dialect/table-uses.ts'

/** Values of partition keys by name (lower case). A key that is absent may have any value. */
export type PartitionValues = ReadonlyMap<string, string | null>

/**
 * Says whether rows of a partition may be in the result. Only what is certain prunes: an equality,
 * comparison, IN or BETWEEN of a partition key with literals, and AND and OR of those. All of them
 * reject null, so an outer join loses nothing either.
 */
export interface PartitionFilter {
  mayMatch(values: PartitionValues): boolean
  /** The values to which the key is bound by equality or IN; undefined when it is not. */
  fixedValues(key: string): ReadonlyArray<string> | undefined
}

export interface KeyType {
  readonly name: string
  readonly type: string
}

/** `isOurs` says whether an unqualified column of that name can only be this table's. */
export function createPartitionFilter(
  use: TableUse,
  keys: ReadonlyArray<KeyType>,
  isOurs: (column: string) => boolean,
): PartitionFilter {
  const types = new Map(keys.map(({ name, type }) => [name.toLowerCase(), type]))

  /** The partition key that an expression names, if it does. */
  function keyOf(expression: Expression): string | undefined {
    const value = expression.kind === 'cast' ? expression.value : expression
    if (value.kind !== 'name') return undefined
    const parts = value.parts.map(({ text }) => text.toLowerCase())
    const column = parts.at(-1) ?? ''
    if (!types.has(column)) return undefined
    if (parts.length === 1) return isOurs(column) ? column : undefined
    return parts.at(-2) === use.alias ? column : undefined
  }

  /** False when the condition certainly does not hold. */
  function mayHold(condition: Expression, values: PartitionValues): boolean {
    switch (condition.kind) {
      case 'infix':
        if (condition.operator === 'AND') {
          return operandsOf(condition).every((operand) => mayHold(operand, values))
        }
        if (condition.operator === 'OR') {
          return operandsOf(condition).some((operand) => mayHold(operand, values))
        }
        return mayCompare(condition, values)
      case 'between':
        return (
          condition.negated ||
          (compares(condition.value, '>=', condition.low, values) &&
            compares(condition.value, '<=', condition.high, values))
        )
      case 'in': {
        if (condition.negated || 'body' in condition.list) return true
        return condition.list.some((item) => compares(condition.value, '=', item, values))
      }
      default:
        return true
    }
  }

  function mayCompare(
    { left, operator, right }: Extract<Expression, { kind: 'infix' }>,
    values: PartitionValues,
  ): boolean {
    if (keyOf(left)) return compares(left, operator, right, values)
    const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[operator as string] ?? operator
    return keyOf(right) ? compares(right, turned, left, values) : true
  }

  function compares(
    column: Expression,
    operator: string,
    literal: Expression,
    values: PartitionValues,
  ): boolean {
    const key = keyOf(column)
    if (!key || !values.has(key)) return true
    const wanted = literalOf(literal)
    if (wanted === undefined) return true
    const value = values.get(key)
    if (value === null || value === undefined) return false
    const type = column.kind === 'cast' ? column.type.name : (types.get(key) ?? 'string')
    const order = compareValues(value, wanted, type)
    if (order === undefined) return true
    return holds(order, operator)
  }

  function fixedValues(key: string): ReadonlyArray<string> | undefined {
    for (const condition of use.conditions) {
      if (condition.kind === 'infix' && condition.operator === '=') {
        const [left, right] = [keyOf(condition.left), keyOf(condition.right)]
        const literal = literalOf(left === key ? condition.right : condition.left)
        if ((left === key || right === key) && literal) return [literal.text]
      }
      if (condition.kind === 'in' && !condition.negated && keyOf(condition.value) === key) {
        if ('body' in condition.list) continue
        const literals = condition.list.map(literalOf)
        if (literals.every((item) => item !== undefined)) return literals.map(({ text }) => text)
      }
    }
    return undefined
  }

  return {
    mayMatch: (values) => use.conditions.every((condition) => mayHold(condition, values)),
    fixedValues,
  }
}

function holds(order: number, operator: string): boolean {
  switch (operator) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return true
  }
}

interface Literal {
  readonly kind: 'text' | 'number' | 'date'
  readonly text: string
}

function literalOf(expression: Expression): Literal | undefined {
  if (expression.kind === 'text') return { kind: 'text', text: expression.value }
  if (expression.kind === 'number') return { kind: 'number', text: expression.value }
  if (expression.kind === 'typed' && expression.type === 'date') {
    return { kind: 'date', text: expression.value }
  }
  if (expression.kind === 'unary' && expression.operator === '-') {
    const inner = literalOf(expression.operand)
    return inner?.kind === 'number' ? { kind: 'number', text: `-${inner.text}` } : undefined
  }
  return undefined
}

const NUMERIC = /^(tinyint|smallint|int|integer|bigint)$/
const TEXT = /^(string|varchar|char)/
const DATE = /^\d{4}-\d{2}-\d{2}$/

/** Below, at or above zero; undefined where the comparison is not certain. */
function compareValues(value: string, literal: Literal, type: string): number | undefined {
  if (TEXT.test(type) && literal.kind === 'text') return compareText(value, literal.text)
  if (NUMERIC.test(type) || (TEXT.test(type) && literal.kind === 'number')) {
    if (!/^-?\d{1,15}$/.test(value) || !/^-?\d{1,15}(\.\d+)?$/.test(literal.text)) return undefined
    return Number(value) - Number(literal.text)
  }
  if (type === 'date' && DATE.test(value) && DATE.test(literal.text)) {
    return compareText(value, literal.text)
  }
  return undefined
}

/** By code points, as SQL does. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
