import { quoteText } from '../glue/hive-type.ts'
import type { DuckdbType } from './duckdb-type.ts'

/**
 * SQL for a value as Athena prints it into a result: `1.0E10`, `2026-01-01 00:00:00.000`, `01 02` for
 * bytes, `[a, null]`, `{k=v}`. Null stays null.
 */
export function textOfValue(value: string, type: DuckdbType): string {
  switch (type.kind) {
    case 'list': {
      const each = orNull(textOfValue('e', type.element))
      return `('[' || array_to_string(list_transform(${value}, lambda e: ${each}), ', ') || ']')`
    }
    case 'map': {
      const [key, inner] = [textOfValue('e.key', type.key), textOfValue('e.value', type.value)]
      const each = `${orNull(key)} || '=' || ${orNull(inner)}`
      return `('{' || array_to_string(list_transform(map_entries(${value}), lambda e: ${each}), ', ') || '}')`
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: inner }, index) => {
        const field = textOfValue(`struct_extract_at(${value}, ${index + 1})`, inner)
        return `${quoteText(`${name || `field${index}`}=`)} || ${orNull(field)}`
      })
      return `CASE WHEN ${value} IS NOT NULL THEN '{' || ${fields.join(" || ', ' || ")} || '}' END`
    }
    default:
      return textOfScalar(value, type.name)
  }
}

function orNull(text: string): string {
  return `coalesce(${text}, 'null')`
}

function textOfScalar(value: string, name: string): string {
  switch (name) {
    case 'VARCHAR':
    case 'JSON':
      return `${value}::VARCHAR`
    case 'DOUBLE':
    case 'FLOAT':
      return `headrace_double(${value}::VARCHAR)`
    case 'BLOB':
      return `array_to_string(regexp_extract_all(lower(hex(${value})), '..'), ' ')`
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
      return `strftime(${value}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g')`
    case 'TIMESTAMP WITH TIME ZONE':
      return `(strftime(timezone('UTC', ${value}), '%Y-%m-%d %H:%M:%S.%g') || ' UTC')`
    case 'TIME':
      return `left(rpad(${value}::VARCHAR || CASE WHEN strpos(${value}::VARCHAR, '.') > 0 THEN '' ELSE '.' END, 12, '0'), 12)`
    case 'INTERVAL':
      return `headrace_interval(${value})`
    default:
      return `${value}::VARCHAR`
  }
}

/**
 * Java's `Double.toString` from the shortest digits (which DuckDB prints): plain from 0.001 up to ten
 * millions, `d.dddE±n` beyond; and days with a time for intervals.
 */
const TEXT_MACROS: ReadonlyArray<string> = [
  // Digits without sign, point and outer zeros, and the power of ten of the first one.
  `CREATE MACRO headrace_digits(t) AS coalesce(nullif(regexp_replace(regexp_replace(
     regexp_replace(regexp_replace(t, 'e.*$', ''), '[-.]', '', 'g'), '^0+', ''), '0+$', ''), ''), '0')`,
  `CREATE MACRO headrace_power(t) AS
     coalesce(TRY_CAST(nullif(regexp_extract(t, 'e([-+0-9]+)$', 1), '') AS INTEGER), 0)
     + CASE WHEN regexp_matches(t, '^-?0?\\.') OR regexp_matches(t, '^-?0')
       THEN -1 - length(regexp_extract(t, '^-?0*\\.(0*)', 1))
       ELSE length(regexp_extract(t, '^-?([0-9]+)', 1)) - 1 END`,
  `CREATE MACRO headrace_double(t) AS CASE
     WHEN t IS NULL THEN NULL
     WHEN lower(t) = 'nan' THEN 'NaN'
     WHEN lower(t) IN ('inf', 'infinity') THEN 'Infinity'
     WHEN lower(t) IN ('-inf', '-infinity') THEN '-Infinity'
     WHEN headrace_digits(t) = '0' THEN CASE WHEN starts_with(t, '-') THEN '-0.0' ELSE '0.0' END
     WHEN headrace_power(t) BETWEEN -3 AND 6 AND strpos(t, 'e') = 0 THEN t
     ELSE CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || left(headrace_digits(t), 1) || '.'
       || coalesce(nullif(substr(headrace_digits(t), 2), ''), '0') || 'E' || headrace_power(t) END`,
  `CREATE MACRO headrace_interval(i) AS CASE WHEN i IS NOT NULL THEN
     CASE WHEN datepart('year', i) <> 0 OR datepart('month', i) <> 0
     THEN datepart('year', i) || '-' || datepart('month', i)
     ELSE datepart('day', i) || ' ' || printf('%02d:%02d:%02d.%03d', datepart('hour', i),
       datepart('minute', i), datepart('second', i), datepart('millisecond', i) % 1000) END END`,
]

/** The macros that texts made by `textOfValue` call. */
export function textMacrosOf(sql: string): ReadonlyArray<string> {
  return sql.includes('headrace_') ? TEXT_MACROS : []
}
