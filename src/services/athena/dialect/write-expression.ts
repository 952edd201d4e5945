import { quoteName, quoteText } from '../../glue/hive-type.ts'
import { functionTemplates, sameFunctions } from './function-templates.ts'
import { badArguments, functionWriters, writeExtract } from './function-writers.ts'
import type { Call, Expression } from './query-ast.ts'
import { operandsOf } from './query-ast.ts'
import { SqlSyntaxError, UnsupportedSqlError } from './tokens.ts'
import { writeAsText, writeDivision, writeModulo, writeShift } from './write-by-type.ts'
import type { Writer } from './writer.ts'

export function writeExpression(writer: Writer, value: Expression): string {
  switch (value.kind) {
    case 'text':
      return quoteText(value.value)
    case 'number':
      return writeNumber(value.value)
    case 'binary-text':
      return `unhex(${quoteText(value.value.replaceAll(/\s/g, ''))})`
    case 'word':
      return value.value
    case 'typed':
      return writeTyped(value.type, value.value)
    case 'interval':
      return `INTERVAL '${value.negative ? '-' : ''}${value.value} ${value.unit.toLowerCase()}'`
    case 'name':
      return writeName(writer, value)
    case 'parameter':
      throw new SqlSyntaxError(
        value.place,
        'Incorrect number of parameters: expected 1 but found 0',
      )
    case 'unary': {
      const operand = writer.expression(value.operand)
      return value.operator === 'NOT' ? `(NOT ${operand})` : `(${value.operator} ${operand})`
    }
    case 'infix':
      return writeInfix(writer, value)
    case 'case':
      return writeCase(writer, value)
    case 'cast':
      return writeCast(writer, value)
    case 'call':
      return writeCall(writer, value)
    case 'lambda':
      return `lambda ${value.parameters.map(({ text }) => quoteName(text)).join(', ')}: ${writer.expression(value.body)}`
    case 'array':
      return `[${value.items.map((item) => writer.expression(item)).join(', ')}]`
    case 'row':
      return `row(${value.items.map((item) => writer.expression(item)).join(', ')})`
    case 'subscript':
      return writeSubscript(writer, value)
    case 'field':
      return `struct_extract(${writer.expression(value.value)}, ${quoteText(value.name.text)})`
    case 'extract':
      return writeExtract(value.field, writer.expression(value.value))
    case 'at-zone':
      return writeAtZone(writer.expression(value.value), writer.expression(value.zone))
    default:
      return writePredicate(writer, value)
  }
}

/** AWS: `1.5` is a double, not a decimal (recorded: type and metadata of `SELECT 1.5`). */
function writeNumber(text: string): string {
  return text.includes('.') && !/e/i.test(text) ? `${text}e0` : text
}

type Predicate = Extract<
  Expression,
  {
    readonly kind: 'between' | 'in' | 'like' | 'is-null' | 'exists' | 'subquery' | 'quantified'
  }
>

/** A timestamp without a zone is taken as UTC, the session's. */
function writeAtZone(value: string, zone: string): string {
  return `timezone(${zone}, CAST(${value} AS TIMESTAMPTZ))`
}

function writePredicate(writer: Writer, value: Predicate): string {
  switch (value.kind) {
    case 'between': {
      const [low, high] = [writer.expression(value.low), writer.expression(value.high)]
      return `(${writer.expression(value.value)} ${not(value)}BETWEEN ${low} AND ${high})`
    }
    case 'in': {
      const list =
        'body' in value.list
          ? writer.query(value.list)
          : value.list.map((item) => writer.expression(item)).join(', ')
      return `(${writer.expression(value.value)} ${not(value)}IN (${list}))`
    }
    case 'like': {
      const escaped = value.escape ? ` ESCAPE ${writer.expression(value.escape)}` : ''
      const pattern = writer.expression(value.pattern)
      return `(${writer.expression(value.value)} ${not(value)}LIKE ${pattern}${escaped})`
    }
    case 'is-null':
      return `(${writer.expression(value.value)} IS ${not(value)}NULL)`
    case 'exists':
      return `EXISTS (${writer.query(value.query)})`
    case 'subquery':
      return `(${writer.query(value.query)})`
    case 'quantified':
      return `(${writer.expression(value.value)} ${value.operator} ${value.quantifier} (${writer.query(value.query)}))`
  }
}

function not({ negated }: { readonly negated: boolean }): string {
  return negated ? 'NOT ' : ''
}

function writeName(writer: Writer, { parts }: Extract<Expression, { kind: 'name' }>): string {
  const [first, ...rest] = parts
  const bound = first && writer.bound(first.text.toLowerCase())
  if (!bound) return parts.map(({ text }) => quoteName(text)).join('.')
  return rest.reduce((value, { text }) => `struct_extract(${value}, ${quoteText(text)})`, bound)
}

function writeTyped(type: string, value: string): string {
  if (type === 'timestamp') {
    const zoned = /\d{1,2}:\d{2}.*([+-]\d{1,2}:?\d{2}|[A-Za-z_/]+)\s*$/.test(value)
    return `${zoned ? 'TIMESTAMPTZ' : 'TIMESTAMP'} ${quoteText(value)}`
  }
  if (type === 'decimal') {
    const digits = value.replaceAll(/[^\d.]/g, '')
    const scale = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0
    const precision = Math.max(digits.replace('.', '').length, scale, 1)
    return `CAST(${quoteText(value)} AS DECIMAL(${precision},${scale}))`
  }
  if (type === 'varchar' || type === 'char') return quoteText(value)
  const name = { real: 'FLOAT', integer: 'INTEGER' }[type] ?? type.toUpperCase()
  return `CAST(${quoteText(value)} AS ${name})`
}

function writeInfix(writer: Writer, value: Extract<Expression, { kind: 'infix' }>): string {
  const { operator } = value
  if (operator === 'AND' || operator === 'OR' || operator === '||') {
    const operands = operandsOf(value).map((operand) => writer.expression(operand))
    return `(${operands.join(` ${operator} `)})`
  }
  const [left, right] = [writer.expression(value.left), writer.expression(value.right)]
  const adds = operator === '+' || operator === '-'
  if (adds && value.right.kind === 'interval') {
    return writeShift(writer, value.left, operator === '-' ? `- (${right})` : right)
  }
  if (operator === '+' && value.left.kind === 'interval') {
    return writeShift(writer, value.right, left)
  }
  if (operator === '/' && !isFraction(value.right)) {
    return writeDivision(writer, value.left, value.right)
  }
  if (operator === '%') return writeModulo(writer, value.left, value.right)
  return `(${left} ${operator} ${right})`
}

/** A literal such as `2.0` or `1e3`: dividing by it is never integer division. */
function isFraction(value: Expression): boolean {
  return value.kind === 'number' && /[.eE]/.test(value.value) && Number(value.value) !== 0
}

function writeCase(writer: Writer, value: Extract<Expression, { kind: 'case' }>): string {
  const operand = value.operand ? ` ${writer.expression(value.operand)}` : ''
  const whens = value.whens.map(
    ({ when, result }) => ` WHEN ${writer.expression(when)} THEN ${writer.expression(result)}`,
  )
  const otherwise = value.otherwise ? ` ELSE ${writer.expression(value.otherwise)}` : ''
  return `CASE${operand}${whens.join('')}${otherwise} END`
}

function writeCast(
  writer: Writer,
  { value, type, safe }: Extract<Expression, { kind: 'cast' }>,
): string {
  const [length] = type.lengths
  switch (type.name) {
    case 'varchar': {
      const text = writeAsText(writer, value)
      return length === undefined ? text : `left(${text}, ${length})`
    }
    case 'char':
      return `rpad(${writeAsText(writer, value)}, ${length ?? 1}, ' ')`
    case 'json':
      return `to_json(${writer.expression(value)})`
    default:
      return `${safe ? 'TRY_CAST' : 'CAST'}(${writer.expression(value)} AS ${writer.type(type)})`
  }
}

function writeSubscript(writer: Writer, value: Extract<Expression, { kind: 'subscript' }>): string {
  const { kind } = writer.kindOf(value.value)
  const [whole, index] = [writer.expression(value.value), writer.expression(value.index)]
  const plain = `(${whole})[${index}]`
  if (writer.isLenient()) return plain
  if (kind === 'array' || kind === 'rows') {
    const problem = `error('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: ' || (${index}) || ' > ' || len(${whole}))`
    return `CASE WHEN (${index}) > len(${whole}) THEN ${problem} ELSE ${plain} END`
  }
  if (kind === 'map') {
    const problem = `error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || (${index}))`
    return `CASE WHEN NOT map_contains(${whole}, ${index}) THEN ${problem} ELSE ${plain} END`
  }
  return plain
}

/** Aggregates to which ORDER BY and DISTINCT belong inside of the parentheses. */
function writeCall(writer: Writer, call: Call): string {
  const text = writeFunction(writer, call)
  const filter = call.filter ? ` FILTER (WHERE ${writer.expression(call.filter)})` : ''
  const over = call.over ? ` OVER ${writer.window(call.over)}` : ''
  return `${text}${filter}${over}`
}

function writeFunction(writer: Writer, call: Call): string {
  const count = call.arguments.length
  const written = Object.hasOwn(functionWriters, call.name) && functionWriters[call.name]
  const decorated = call.distinct || call.orderBy.length > 0 || call.nulls
  if (written) {
    if (decorated && call.name !== 'count') return badArguments(call)
    return written(writer, call)
  }
  const values = call.arguments.map((argument) => writer.expression(argument))
  if (count === 1 && sameFunctions.has(call.name)) return `${call.name}(${values.join('')})`
  const template = functionTemplates[`${call.name}/${count}`] ?? functionTemplates[call.name]
  if (template === undefined) {
    if (Object.keys(functionTemplates).some((key) => key.startsWith(`${call.name}/`))) {
      return badArguments(call)
    }
    throw new UnsupportedSqlError(`the function ${call.name}()`, call.place)
  }
  if (!decorated) return fill(template, values)
  return decorate(writer, call, template, values)
}

function fill(template: string, values: ReadonlyArray<string>): string {
  return template.replaceAll(/\$(\d|\*)/g, (_whole, which: string) =>
    which === '*' ? values.join(', ') : (values[Number(which) - 1] ?? 'NULL'),
  )
}

/** `array_agg(DISTINCT x ORDER BY y)`, `lag(x IGNORE NULLS)`. */
function decorate(
  writer: Writer,
  call: Call,
  template: string,
  values: ReadonlyArray<string>,
): string {
  const shape = /^(\w+)\((?:DISTINCT )?(.*)\)$/s.exec(template)
  if (!shape || template.startsWith('trino_')) return badArguments(call)
  const [, name = '', parameters = ''] = shape
  const distinct = call.distinct || template.includes('(DISTINCT ') ? 'DISTINCT ' : ''
  const nulls = call.nulls ? ` ${call.nulls} NULLS` : ''
  const orderBy = call.orderBy.length > 0 ? ` ORDER BY ${writer.sortItems(call.orderBy)}` : ''
  return `${name}(${distinct}${fill(parameters, values)}${orderBy}${nulls})`
}
