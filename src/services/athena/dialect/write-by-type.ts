import { DIVISION_BY_ZERO } from './macros.ts'
import type { Expression } from './query-ast.ts'
import { hasAggregate } from './value-type.ts'
import type { Writer } from './writer.ts'

/**
 * Operations whose meaning depends on types. Mostly a macro with overloads decides; for values made of
 * aggregates, where the engine does not choose, the type is taken from the catalog as far as it shows.
 */

export function writeDivision(writer: Writer, left: Expression, right: Expression): string {
  const [a, b] = [writer.expression(left), writer.expression(right)]
  if (writer.isLenient()) return `(${a} / ${b})`
  if (!hasAggregate(left) && !hasAggregate(right)) return `trino_divide(${a}, ${b})`
  // With the session's `integer_division`, the engine's own operator goes by types too. (A fraction by
  // zero is null then, where Trino answers infinity.)
  return `(${a} / ${nonZero(a, b)})`
}

export function writeModulo(writer: Writer, left: Expression, right: Expression): string {
  const [a, b] = [writer.expression(left), writer.expression(right)]
  if (writer.isLenient()) return `(${a} % ${b})`
  if (!hasAggregate(left) && !hasAggregate(right)) return `trino_modulo(${a}, ${b})`
  return `(${a} % ${nonZero(a, b)})`
}

function nonZero(a: string, b: string): string {
  const isWhole = (value: string) => `typeof(${value}) NOT IN ('DOUBLE', 'FLOAT')`
  return `CASE WHEN ${b} = 0 AND ${isWhole(a)} AND ${isWhole(b)} THEN ${DIVISION_BY_ZERO} ELSE ${b} END`
}

/** A date, time or timestamp moved by an interval; a date stays one. */
export function writeShift(writer: Writer, value: Expression, interval: string): string {
  const text = writer.expression(value)
  if (!hasAggregate(value)) return `trino_shift(${text}, ${interval})`
  const moved = `(${text} + ${interval})`
  return writer.typeOf(value) === 'DATE' ? `CAST(${moved} AS DATE)` : moved
}

export function writeDateTrunc(writer: Writer, unit: string, value: Expression): string {
  const text = writer.expression(value)
  if (!hasAggregate(value)) return `trino_date_trunc(${unit}, ${text})`
  const truncated = `date_trunc(${unit}, ${text})`
  return writer.typeOf(value) === 'DATE' ? `CAST(${truncated} AS DATE)` : truncated
}

/** `CAST(value AS varchar)`: timestamps with milliseconds. */
export function writeAsText(writer: Writer, value: Expression): string {
  const text = writer.expression(value)
  if (!hasAggregate(value)) return `trino_varchar(${text})`
  return writer.typeOf(value) === 'TIMESTAMP'
    ? `strftime(${text}, '%Y-%m-%d %H:%M:%S.%g')`
    : `CAST(${text} AS VARCHAR)`
}

export function writeSequence(writer: Writer, values: ReadonlyArray<Expression>): string {
  const texts = values.map((value) => writer.expression(value))
  if (!values.some(hasAggregate)) return `trino_sequence(${texts.join(', ')})`
  const [first] = values
  if (first && writer.typeOf(first) === 'DATE') {
    const [from, to, step = 'INTERVAL 1 DAY'] = texts
    return `list_transform(generate_series(${from}, ${to}, ${step}), lambda d: d::DATE)`
  }
  return `generate_series(${texts.join(', ')})`
}

/** A function that keeps integers as they are. */
export function writeRounding(writer: Writer, name: 'floor' | 'ceil', value: Expression): string {
  const text = writer.expression(value)
  return hasAggregate(value) ? `${name}(${text})` : `trino_${name}(${text})`
}
