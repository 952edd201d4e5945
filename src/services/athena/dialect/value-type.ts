import type { HiveType } from '../../glue/hive-type.ts'
import { duckdbTypeOf, parseHiveType } from '../../glue/hive-type.ts'
import type { Expression } from './query-ast.ts'
import { operandsOf } from './query-ast.ts'
import { writeType } from './write-type.ts'
import type { WriterContext } from './writer.ts'

/**
 * The engine's type of a value, as far as its form and the catalog show. Needed where the engine
 * cannot say it in time: it does not choose between overloads of a macro for aggregates.
 */
export function typeOf(value: Expression, context: WriterContext): string | undefined {
  switch (value.kind) {
    case 'typed':
      return value.type.toUpperCase()
    case 'text':
      return 'VARCHAR'
    case 'cast':
      return value.type.members.length === 0 ? writeType(value.type) : undefined
    case 'name': {
      const [hive] = value.parts.flatMap(({ text }) => context.columnType(text.toLowerCase()) ?? [])
      const type = hive === undefined ? undefined : parseHiveType(hive)
      return type && primitive(type)
    }
    case 'call':
      return typeOfCall(value.name, value.arguments, context)
    case 'infix':
      return value.operator === '+' || value.operator === '-'
        ? typeOf(value.left, context)
        : undefined
    case 'case':
      return firstKnown(
        [...value.whens.map(({ result }) => result), ...(value.otherwise ? [value.otherwise] : [])],
        context,
      )
    default:
      return undefined
  }
}

function primitive(type: HiveType): string | undefined {
  return type.kind === 'primitive' ? duckdbTypeOf(type) : undefined
}

const OF_FIRST =
  /^(min|max|arbitrary|any_value|min_by|max_by|lag|lead|first_value|last_value|nth_value|coalesce|nullif|greatest|least|try)$/
const DATES = /^(date|current_date|from_iso8601_date|last_day_of_month)$/
const INSTANTS = /^(now|current_timestamp|from_unixtime|from_iso8601_timestamp)$/

function typeOfCall(
  name: string,
  values: ReadonlyArray<Expression>,
  context: WriterContext,
): string | undefined {
  if (OF_FIRST.test(name)) return firstKnown(values, context)
  if (name === 'if') return firstKnown(values.slice(1), context)
  if (name === 'date_trunc') return values[1] && typeOf(values[1], context)
  if (name === 'date_add') return values[2] && typeOf(values[2], context)
  if (DATES.test(name)) return 'DATE'
  if (INSTANTS.test(name)) return 'TIMESTAMPTZ'
  return name === 'date_parse' ? 'TIMESTAMP' : undefined
}

function firstKnown(values: ReadonlyArray<Expression>, context: WriterContext): string | undefined {
  for (const value of values) {
    const type = typeOf(value, context)
    if (type !== undefined) return type
  }
  return undefined
}

const AGGREGATES =
  /^(count|count_if|sum|avg|min|max|arbitrary|any_value|array_agg|set_agg|approx_distinct|approx_percentile|bool_and|bool_or|every|bitwise_(and|or|xor)_agg|max_by|min_by|corr|covar_pop|covar_samp|regr_slope|regr_intercept|stddev|stddev_samp|stddev_pop|variance|var_samp|var_pop|skewness|kurtosis|geometric_mean|histogram|listagg|grouping|map_agg)$/

/** Whether a value is made of aggregates or window functions of its own SELECT. */
export function hasAggregate(value: Expression): boolean {
  switch (value.kind) {
    case 'call':
      return (
        value.over !== undefined ||
        AGGREGATES.test(value.name) ||
        value.arguments.some(hasAggregate)
      )
    case 'unary':
      return hasAggregate(value.operand)
    case 'infix':
      return operandsOf(value).some(hasAggregate)
    case 'between':
      return [value.value, value.low, value.high].some(hasAggregate)
    case 'cast':
    case 'field':
    case 'extract':
    case 'at-zone':
    case 'is-null':
      return hasAggregate(value.value)
    case 'subscript':
      return hasAggregate(value.value) || hasAggregate(value.index)
    case 'array':
    case 'row':
      return value.items.some(hasAggregate)
    case 'case':
      return [
        ...(value.operand ? [value.operand] : []),
        ...value.whens.flatMap(({ when, result }) => [when, result]),
        ...(value.otherwise ? [value.otherwise] : []),
      ].some(hasAggregate)
    default:
      return false
  }
}
