import { ServiceError } from '../../../base/errors.ts'
import type { Column } from '../catalog.ts'
import { invalidInput, unsupported } from '../catalog-errors.ts'
import type { Comparison, Expression } from './expression.ts'
import { parseExpression } from './expression.ts'
import type { PartitionKeyType, Typed } from './typed-value.ts'
import { castTyped, compareTyped, readTyped, typeOf } from './typed-value.ts'

/** A compiled condition over the values of a partition. */
export interface PartitionFilter {
  /** SQL's three-valued logic: only what is certainly true matches. */
  matches(values: ReadonlyArray<string | null>): boolean
  /** Values that the leading keys must have, so that a scan can start there. */
  readonly prefix: ReadonlyArray<string>
}

/**
 * `catalog` is GetPartitions: a literal is read in the type of its key, and a stored value that its
 * key's type cannot hold is an `InvalidStateException`. `spark` compares text with numbers as
 * numbers, and takes what cannot be read as NULL.
 */
export type FilterDialect = 'catalog' | 'spark'

/** Hive's folder name of NULL. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__'

type Evaluate = (values: ReadonlyArray<string | null>) => Typed | null

/** Throws `InvalidInputException` for bad syntax, unknown keys and literals of another type. */
export function compileFilter(
  source: string,
  keys: ReadonlyArray<Column>,
  dialect: FilterDialect,
): PartitionFilter {
  const expression = parseExpression(source)
  const evaluate = compile(expression, {
    dialect,
    columns: new Map(keys.map((key, at) => [key.name.toLowerCase(), { at, type: key.type }])),
  })
  return {
    matches(values) {
      const answer = evaluate(values)
      return answer?.type === 'boolean' && answer.value === true
    },
    prefix: leadingValues(expression, keys),
  }
}

interface Context {
  readonly dialect: FilterDialect
  readonly columns: ReadonlyMap<string, { readonly at: number; readonly type: string }>
}

const truth = (value: boolean): Typed => ({ type: 'boolean', value })

function compile(expression: Expression, context: Context): Evaluate {
  switch (expression.kind) {
    case 'column':
      return compileColumn(expression.name, context)
    case 'text':
      return constant({ type: 'string', value: expression.value })
    case 'number':
      return constant(readTyped('number', expression.value) ?? null)
    case 'boolean':
      return constant(truth(expression.value))
    case 'null':
      return constant(null)
    case 'cast': {
      const operand = compile(expression.operand, context)
      const type = keyType(expression.type)
      return (values) => castTyped(operand(values), type)
    }
    case 'call':
      return compileCall(expression.name, expression.operands, context)
    case 'is-null': {
      const operand = compile(expression.operand, context)
      return (values) => truth(operand(values) === null)
    }
    case 'not': {
      const operand = compile(expression.operand, context)
      return (values) => negated(operand(values))
    }
    case 'and':
    case 'or':
      return compileLogic(expression, context)
    case 'compare': {
      const { left, right, operator } = expression
      return compileCompare(left, right, operator, context)
    }
    case 'between':
      return compileBetween(expression, context)
    case 'in':
      return compileIn(expression, context)
    case 'like':
      return compileLike(expression, context)
  }
}

const constant =
  (value: Typed | null): Evaluate =>
  () =>
    value

function negated(value: Typed | null): Typed | null {
  return value === null ? null : truth(value.value !== true)
}

function keyType(name: string): PartitionKeyType {
  const type = typeOf(name)
  // AWS: verified by moto's suite against the service.
  if (!type) throw invalidInput(`Unknown type : '${name}'`)
  return type
}

function compileColumn(name: string, context: Context): Evaluate {
  // `table.key` is written in some Spark predicates.
  const column = context.columns.get(name) ?? context.columns.get(name.split('.').at(-1) ?? '')
  if (!column) throw invalidInput('Invalid partition expression!')
  const type = keyType(column.type)
  return (values) => {
    const text = values[column.at]
    if (text === undefined || text === null || text === NULL_PARTITION) return null
    const value = readTyped(type, text)
    if (value) return value
    if (context.dialect === 'spark') return null
    throw new ServiceError('InvalidStateException', cannotBe(text, type))
  }
}

function cannotBe(text: string, type: PartitionKeyType): string {
  if (type === 'integer') return `"${text}" is not an integer.`
  if (type === 'number') return `${text} is not a decimal.`
  if (type === 'date') return `${text} is not a date.`
  return `Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] ${text} is not a ${type}.`
}

function compileLogic(
  expression: Extract<Expression, { kind: 'and' | 'or' }>,
  context: Context,
): Evaluate {
  const left = compile(expression.left, context)
  const right = compile(expression.right, context)
  const decisive = expression.kind === 'or'
  return (values) => {
    const first = left(values)
    if (first?.value === decisive) return first
    const second = right(values)
    if (second?.value === decisive) return second
    return first === null || second === null ? null : truth(!decisive)
  }
}

const verdicts: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function compileCompare(
  leftSide: Expression,
  rightSide: Expression,
  operator: Comparison,
  context: Context,
): Evaluate {
  const left = compileSide(leftSide, rightSide, context)
  const right = compileSide(rightSide, leftSide, context)
  const verdict = verdicts[operator]
  return (values) => {
    const order = compareTyped(left(values), right(values))
    return order === null ? null : truth(verdict(order))
  }
}

/**
 * AWS: the catalog reads a literal in the type of the key beside it (text against text for a string
 * key), and one that the type cannot hold is the caller's error, not an empty answer.
 */
function compileSide(side: Expression, other: Expression, context: Context): Evaluate {
  const literal = side.kind === 'text' || side.kind === 'number'
  const column = other.kind === 'column' ? context.columns.get(other.name) : undefined
  if (context.dialect === 'spark' || !literal || !column) return compile(side, context)
  const type = keyType(column.type)
  const value = readTyped(type, side.value)
  if (!value) throw invalidInput(cannotBe(side.value, type))
  return constant(value)
}

function compileBetween(
  { operand, low, high }: Extract<Expression, { kind: 'between' }>,
  context: Context,
): Evaluate {
  const above = compileCompare(operand, low, '>=', context)
  const below = compileCompare(operand, high, '<=', context)
  return (values) => {
    const first = above(values)
    const second = below(values)
    if (first?.value === false || second?.value === false) return truth(false)
    return first && second ? truth(true) : null
  }
}

function compileIn(
  { operand, options }: Extract<Expression, { kind: 'in' }>,
  context: Context,
): Evaluate {
  const tests = options.map((option) => compileCompare(operand, option, '=', context))
  return (values) => {
    const answers = tests.map((test) => test(values))
    if (answers.some((answer) => answer?.value === true)) return truth(true)
    return answers.includes(null) ? null : truth(false)
  }
}

function compileLike(
  { operand, pattern }: Extract<Expression, { kind: 'like' }>,
  context: Context,
): Evaluate {
  const column = operand.kind === 'column' ? context.columns.get(operand.name) : undefined
  const type = column && keyType(column.type)
  if (type && type !== 'string') {
    const name = type === 'integer' ? 'Integral' : column.type.replace(/^./, upper)
    throw invalidInput(`${name} data type doesn't support operation 'LIKE'`)
  }
  if (pattern.kind !== 'text') throw unsupported('LIKE with a pattern that is not a literal')
  const shape = likePattern(pattern.value)
  const text = compile(operand, context)
  return (values) => {
    const value = castTyped(text(values), 'string')
    return value === null ? null : truth(shape.test(String(value.value)))
  }
}

const upper = (letter: string) => letter.toUpperCase()

function likePattern(pattern: string): RegExp {
  const body = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${body}$`, 'su')
}

/** The functions that predicates over date-like partition keys use. */
const functions: Readonly<
  Record<string, (operands: ReadonlyArray<Typed>) => Typed | null | undefined>
> = {
  concat: (operands) => ({
    type: 'string',
    value: operands.map((operand) => String(operand.value)).join(''),
  }),
  lower: ([text]) => text && { type: 'string', value: String(text.value).toLowerCase() },
  upper: ([text]) => text && { type: 'string', value: String(text.value).toUpperCase() },
  trim: ([text]) => text && { type: 'string', value: String(text.value).trim() },
  to_date: ([text, ...rest]) => {
    if (rest.length > 0) throw unsupported('to_date with a format in a partition predicate')
    return castTyped(text ?? null, 'date')
  },
  date: ([text]) => castTyped(text ?? null, 'date'),
  to_timestamp: ([text]) => castTyped(text ?? null, 'timestamp'),
  substring: ([text, from, count]) => {
    if (!text) return undefined
    const start = Math.max(Number(from?.value ?? 1) - 1, 0)
    const end = count ? start + Number(count.value) : undefined
    return { type: 'string', value: String(text.value).slice(start, end) }
  },
}

function compileCall(
  name: string,
  operands: ReadonlyArray<Expression>,
  context: Context,
): Evaluate {
  const run = functions[name === 'substr' ? 'substring' : name]
  if (!run) throw unsupported(`The function ${name} in a partition predicate`)
  const compiled = operands.map((operand) => compile(operand, context))
  return (values) => {
    const given = compiled.map((operand) => operand(values))
    return given.includes(null) ? null : (run(given.filter((value) => value !== null)) ?? null)
  }
}

/** Equalities on the leading keys of type string, from a conjunction. */
function leadingValues(expression: Expression, keys: ReadonlyArray<Column>): string[] {
  const fixed = new Map<string, string>()
  const visit = (part: Expression) => {
    if (part.kind === 'and') {
      visit(part.left)
      visit(part.right)
    }
    if (part.kind !== 'compare' || part.operator !== '=') return
    const { left, right } = part
    if (left.kind === 'column' && right.kind === 'text') fixed.set(left.name, right.value)
  }
  visit(expression)
  const prefix: string[] = []
  for (const key of keys) {
    const value = fixed.get(key.name.toLowerCase())
    if (value === undefined || typeOf(key.type) !== 'string') break
    prefix.push(value)
  }
  return prefix
}
