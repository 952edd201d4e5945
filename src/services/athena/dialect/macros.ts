/** Raises Trino's error under its name. */
export const DIVISION_BY_ZERO = "error('DIVISION_BY_ZERO: Division by zero')"

/**
 * Macros with Trino's meaning where DuckDB's differs by the type of a value, which the translation
 * cannot know: DuckDB picks the overload. An argument is cast to the type of its overload, so each
 * list must name every type that may come. A session gets those that its statement uses.
 */
/** As IEEE 754 has it, whatever the session's settings do to the operator. */
const FRACTION = `CASE WHEN b <> 0 OR a IS NULL OR b IS NULL THEN a / b
    WHEN a > 0 THEN CAST('Infinity' AS DOUBLE) WHEN a < 0 THEN CAST('-Infinity' AS DOUBLE)
    ELSE CAST('NaN' AS DOUBLE) END`

const macros: Readonly<Record<string, string>> = {
  trino_divide: overloads(
    arithmetic(`CASE WHEN b = 0 THEN ${DIVISION_BY_ZERO} ELSE a // b END`, FRACTION),
  ),
  trino_modulo: overloads(
    arithmetic(`CASE WHEN b = 0 THEN ${DIVISION_BY_ZERO} ELSE a % b END`, 'a % b'),
  ),
  trino_shift: overloads([
    ['x DATE, i', '(x + i)::DATE'],
    ['x TIMESTAMP, i', 'x + i'],
    ['x TIMESTAMPTZ, i', 'x + i'],
    ['x TIME, i', 'x + i'],
    ['x INTERVAL, i', 'x + i'],
  ]),
  trino_date_trunc: overloads([
    ['unit, x DATE', 'date_trunc(unit, x)::DATE'],
    ['unit, x TIMESTAMP', 'date_trunc(unit, x)'],
    ['unit, x TIMESTAMPTZ', 'date_trunc(unit, x)'],
  ]),
  trino_varchar: overloads([
    ['x TIMESTAMP', "strftime(x, '%Y-%m-%d %H:%M:%S.%g')"],
    ['x TIMESTAMPTZ', "strftime(timezone('UTC', x), '%Y-%m-%d %H:%M:%S.%g') || ' UTC'"],
    ['x DATE', 'x::VARCHAR'],
    ['x VARCHAR', 'x'],
    ['x', 'x::VARCHAR'],
  ]),
  trino_floor: overloads([
    ['x BIGINT', 'x'],
    ['x HUGEINT', 'x'],
    ['x DOUBLE', 'floor(x)'],
  ]),
  trino_ceil: overloads([
    ['x BIGINT', 'x'],
    ['x HUGEINT', 'x'],
    ['x DOUBLE', 'ceil(x)'],
  ]),
  trino_reverse: overloads([
    ['x VARCHAR', 'reverse(x)'],
    ['x', 'list_reverse(x)'],
  ]),
  trino_sequence: overloads([
    ['a DATE, b DATE', 'list_transform(generate_series(a, b, INTERVAL 1 DAY), lambda d: d::DATE)'],
    [
      'a BIGINT, b BIGINT',
      'CASE WHEN b < a THEN generate_series(a, b, -1) ELSE generate_series(a, b) END',
    ],
    ['a BIGINT, b BIGINT, s BIGINT', 'generate_series(a, b, s)'],
    ['a DATE, b DATE, s INTERVAL', 'list_transform(generate_series(a, b, s), lambda d: d::DATE)'],
    ['a TIMESTAMP, b TIMESTAMP, s INTERVAL', 'generate_series(a, b, s)'],
  ]),
  trino_map_agg: `CREATE MACRO trino_map_agg(entries) AS CASE
    WHEN len(entries) = len(list_distinct(list_transform(entries, lambda e: e.k)))
    THEN map_from_entries(entries)
    ELSE map_from_entries(list_filter(entries, lambda e, i:
      list_position(list_transform(entries, lambda f: f.k), e.k) = i)) END`,
  trino_typeof: `CREATE MACRO trino_typeof(x) AS
    replace(replace(replace(replace(lower(typeof(x)), 'timestamp with time zone',
    'timestamp(3) with time zone'), 'blob', 'varbinary'), 'hugeint', 'bigint'), 'float', 'real')`,
}

/** One overload for each pair of types: between two that fit, the engine would not choose. */
function arithmetic(ofIntegers: string, ofFractions: string) {
  const integers = ['INTEGER', 'BIGINT', 'HUGEINT']
  const types = [...integers, 'FLOAT', 'DOUBLE']
  return types.flatMap((left) =>
    types.map((right): readonly [string, string] => [
      `a ${left}, b ${right}`,
      integers.includes(left) && integers.includes(right) ? ofIntegers : ofFractions,
    ]),
  )
}

function overloads(list: ReadonlyArray<readonly [parameters: string, body: string]>) {
  return list.map(([parameters, body]) => `(${parameters}) AS ${body}`).join(', ')
}

/** `CREATE MACRO` statements for all macros that the SQL calls. */
export function macrosOf(sql: string): string[] {
  return Object.entries(macros)
    .filter(([name]) => sql.includes(`${name}(`))
    .map(([name, body]) => (body.startsWith('CREATE') ? body : `CREATE MACRO ${name}${body}`))
}
