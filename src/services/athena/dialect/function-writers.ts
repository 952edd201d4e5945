import { quoteText } from '../../glue/hive-type.ts'
import { fromJodaFormat, fromMysqlFormat } from './date-formats.ts'
import type { Call, Expression, Name } from './query-ast.ts'
import { UnsupportedSqlError } from './tokens.ts'
import {
  writeAsText,
  writeDateTrunc,
  writeModulo,
  writeRounding,
  writeSequence,
  writeShift,
} from './write-by-type.ts'
import type { Writer } from './writer.ts'

type FunctionWriter = (writer: Writer, call: Call) => string

/** Trino's functions whose translation depends on what their arguments are. */
export const functionWriters: Readonly<Record<string, FunctionWriter>> = {
  if(writer, call) {
    const [condition, yes, no] = texts(writer, call, 2, 3)
    return `CASE WHEN ${condition} THEN ${yes} ${no ? `ELSE ${no} ` : ''}END`
  },
  try(writer, call) {
    const [value] = call.arguments
    if (!value || call.arguments.length > 1) return badArguments(call)
    // The engine's TRY takes no call of error(): within, what would raise one is null at once.
    return `TRY(${writer.leniently(() => writer.expression(value))})`
  },
  greatest: extreme('greatest'),
  least: extreme('least'),
  concat(writer, call) {
    return `(${texts(writer, call, 1).join(' || ')})`
  },
  approx_percentile(writer, call) {
    const [value, share] = texts(writer, call, 2, 2)
    const isList = call.arguments[1]?.kind === 'array'
    return `approx_quantile(${value}, CAST(${share} AS ${isList ? 'FLOAT[]' : 'FLOAT'}))`
  },
  count(writer, call) {
    return call.star || call.arguments.length === 0 ? 'count(*)' : oneCall(writer, call, 'count')
  },
  trim(writer, call) {
    const [side, characters, value] = call.arguments
    if (side?.kind !== 'text' || !characters || !value) {
      return `trim(${texts(writer, call, 1, 2).join(', ')})`
    }
    const name = { LEADING: 'ltrim', TRAILING: 'rtrim', BOTH: 'trim' }[side.value] ?? 'trim'
    return `${name}(${writer.expression(value)}, ${writer.expression(characters)})`
  },
  format(writer, call) {
    return writeFormat(writer, call)
  },
  split_to_map(writer, call) {
    const [value, entries, pair] = texts(writer, call, 3, 3)
    const list = `list_transform(string_split(${value}, ${entries}),
      lambda e: {k: split_part(e, ${pair}, 1), v: split_part(e, ${pair}, 2)})`
    return `map_from_entries(${list})`
  },
  regexp_replace(writer, call) {
    const [value, pattern, replacement] = call.arguments
    if (replacement?.kind === 'lambda') {
      throw new UnsupportedSqlError('regexp_replace with a function', call.place)
    }
    texts(writer, call, 2, 3)
    if (!value || !pattern) return ''
    const by = replacement ? writeReplacement(writer, replacement) : "''"
    return `regexp_replace(${writer.expression(value)}, ${writer.expression(pattern)}, ${by}, 'g')`
  },
  json_extract(writer, call) {
    return `json_extract(${writeJsonAndPath(writer, call).join(', ')})`
  },
  json_extract_scalar(writer, call) {
    const [value, path] = writeJsonAndPath(writer, call)
    return `CASE WHEN json_type(${value}, ${path}) NOT IN ('OBJECT', 'ARRAY')
      THEN json_extract_string(${value}, ${path}) END`
  },
  json_size(writer, call) {
    const [value, path] = writeJsonAndPath(writer, call)
    return `CAST(CASE json_type(${value}, ${path}) WHEN 'ARRAY' THEN json_array_length(${value}, ${path})
      WHEN 'OBJECT' THEN len(json_keys(${value}, ${path})) ELSE 0 END AS BIGINT)`
  },
  cardinality(writer, call) {
    const [value] = call.arguments
    const [text] = texts(writer, call, 1, 1)
    const kind = value ? writer.kindOf(value).kind : 'unknown'
    const isMap = kind === 'map' || (kind === 'unknown' && writer.unknownIsMap)
    return `CAST(${isMap ? 'cardinality' : 'len'}(${text}) AS BIGINT)`
  },
  element_at(writer, call) {
    const [value, key] = texts(writer, call, 2, 2)
    return `(${value})[${key}]`
  },
  reduce(writer, call) {
    const [list, start, step, output] = call.arguments
    if (!list || !start || step?.kind !== 'lambda' || output?.kind !== 'lambda') {
      return badArguments(call)
    }
    const reduced = `list_reduce(${writer.expression(list)}, ${writer.expression(step)}, ${writer.expression(start)})`
    return applied(writer, output, [reduced])
  },
  zip_with(writer, call) {
    const [left, right, each] = call.arguments
    if (!left || !right || each?.kind !== 'lambda') return badArguments(call)
    const pairs = `list_zip(${writer.expression(left)}, ${writer.expression(right)})`
    const body = applied(writer, each, ['"$pair"[1]', '"$pair"[2]'])
    return `list_transform(${pairs}, lambda "$pair": ${body})`
  },
  map_filter: overEntries((map, body) => `map_from_entries(list_filter(${map}, ${body}))`),
  transform_values: overEntries(
    (map, body) => `map_from_entries(list_transform(${map}, ${body}))`,
    (body) => `{k: "$entry".key, v: ${body}}`,
  ),
  transform_keys: overEntries(
    (map, body) => `map_from_entries(list_transform(${map}, ${body}))`,
    (body) => `{k: ${body}, v: "$entry".value}`,
  ),
  date_format(writer, call) {
    const format = formatOf(call, fromMysqlFormat)
    return `strftime(${textOf(writer, call, 0)}, ${format})`
  },
  date_parse(writer, call) {
    const format = formatOf(call, fromMysqlFormat)
    return `strptime(${textOf(writer, call, 0)}, ${format})`
  },
  format_datetime(writer, call) {
    const format = formatOf(call, fromJodaFormat)
    return `strftime(${textOf(writer, call, 0)}, ${format})`
  },
  parse_datetime(writer, call) {
    const format = formatOf(call, fromJodaFormat)
    return `CAST(strptime(${textOf(writer, call, 0)}, ${format}) AS TIMESTAMPTZ)`
  },
  to_iso8601(writer, call) {
    return `replace(${writeAsText(writer, onlyArgument(call))}, ' ', 'T')`
  },
  date_trunc(writer, call) {
    const [, value] = call.arguments
    if (!value) return badArguments(call)
    return writeDateTrunc(writer, quoteText(unitOf(call)), value)
  },
  date_add(writer, call) {
    const [, count, value] = call.arguments
    if (!count || !value) return badArguments(call)
    const interval = `(${writer.expression(count)}) * INTERVAL '1 ${unitOf(call)}'`
    return writeShift(writer, value, interval)
  },
  mod(writer, call) {
    const [left, right] = call.arguments
    return left && right ? writeModulo(writer, left, right) : badArguments(call)
  },
  floor: (writer, call) => writeRounding(writer, 'floor', onlyArgument(call)),
  ceil: (writer, call) => writeRounding(writer, 'ceil', onlyArgument(call)),
  ceiling: (writer, call) => writeRounding(writer, 'ceil', onlyArgument(call)),
  sequence: (writer, call) => writeSequence(writer, call.arguments),
  date_diff(writer, call) {
    const [, from, to] = texts(writer, call, 3, 3)
    return `date_sub(${quoteText(unitOf(call))}, ${from}, ${to})`
  },
  ...Object.fromEntries(
    [
      'year quarter month week day hour minute second day_of_month day_of_week',
      'day_of_year dow doy week_of_year year_of_week yow',
    ]
      .join(' ')
      .split(' ')
      .map((field): [string, FunctionWriter] => [
        field,
        (writer, call) => writeExtract(field.toUpperCase(), textOf(writer, call, 0)),
      ]),
  ),
}

const FIELDS: Readonly<Record<string, string>> = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  WEEK: 'week',
  WEEK_OF_YEAR: 'week',
  DAY: 'day',
  DAY_OF_MONTH: 'day',
  DAY_OF_WEEK: 'isodow',
  DOW: 'isodow',
  DAY_OF_YEAR: 'dayofyear',
  DOY: 'dayofyear',
  YEAR_OF_WEEK: 'isoyear',
  YOW: 'isoyear',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
}

/** `EXTRACT(field FROM value)`, and the functions named after the fields. */
export function writeExtract(field: string, value: string): string {
  const name = FIELDS[field]
  if (!name) throw new UnsupportedSqlError(`EXTRACT(${field})`)
  return `${name}(${value})`
}

/** The lambda's body with texts in place of its parameters. */
function applied(
  writer: Writer,
  lambda: { readonly parameters: ReadonlyArray<Name>; readonly body: Expression },
  values: ReadonlyArray<string>,
): string {
  const bound = new Map(
    lambda.parameters.map(({ text }, index) => [text.toLowerCase(), values[index] ?? 'NULL']),
  )
  return writer.binding(bound, () => writer.expression(lambda.body))
}

function overEntries(
  whole: (entries: string, lambda: string) => string,
  each: (body: string) => string = (body) => body,
): FunctionWriter {
  return (writer, call) => {
    const [map, lambda] = call.arguments
    if (!map || lambda?.kind !== 'lambda') return badArguments(call)
    const body = applied(writer, lambda, ['"$entry".key', '"$entry".value'])
    return whole(`map_entries(${writer.expression(map)})`, `lambda "$entry": ${each(body)}`)
  }
}

/** Trino: NULL when any argument is. */
function extreme(name: string): FunctionWriter {
  return (writer, call) => {
    const values = texts(writer, call, 1)
    const anyNull = values.map((value) => `${value} IS NULL`).join(' OR ')
    return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${values.join(', ')}) END`
  }
}

function oneCall(writer: Writer, call: Call, name: string): string {
  const distinct = call.distinct ? 'DISTINCT ' : ''
  return `${name}(${distinct}${texts(writer, call, 1).join(', ')})`
}

function texts(writer: Writer, call: Call, fewest: number, most = Infinity): string[] {
  const { length } = call.arguments
  if (length < fewest || length > most) return badArguments(call)
  return call.arguments.map((argument) => writer.expression(argument))
}

function textOf(writer: Writer, call: Call, index: number): string {
  const argument = call.arguments[index]
  return argument ? writer.expression(argument) : badArguments(call)
}

function onlyArgument(call: Call): Expression {
  const [value] = call.arguments
  return value && call.arguments.length === 1 ? value : badArguments(call)
}

export function badArguments(call: Call): never {
  throw new UnsupportedSqlError(
    `${call.name}() with ${call.arguments.length} argument(s) of this form`,
    call.place,
  )
}

/** The unit of `date_add` and its like: a literal, as everybody writes it. */
function unitOf(call: Call): string {
  const [unit] = call.arguments
  if (unit?.kind !== 'text') throw new UnsupportedSqlError(`${call.name} without a literal unit`)
  const name = unit.value.toLowerCase()
  if (/^(millisecond|second|minute|hour|day|week|month|quarter|year)$/.test(name)) return name
  throw new UnsupportedSqlError(`the unit '${unit.value}'`, call.place)
}

function formatOf(call: Call, translate: (format: string) => string): string {
  const format = call.arguments[1]
  if (format?.kind !== 'text' || call.arguments.length !== 2) {
    throw new UnsupportedSqlError(`${call.name} without a literal format`, call.place)
  }
  return quoteText(translate(format.value))
}

/** `$1` is `\1` to DuckDB. */
function writeReplacement(writer: Writer, replacement: Expression): string {
  if (replacement.kind === 'text') {
    return quoteText(replacement.value.replaceAll('\\', '\\\\').replaceAll(/\$(\d)/g, '\\$1'))
  }
  return `regexp_replace(${writer.expression(replacement)}, '\\$(\\d)', '\\\\\\1', 'g')`
}

/** Paths such as `$['a']["b c"][0]` are `$."a"."b c"[0]` to DuckDB. */
function writeJsonAndPath(writer: Writer, call: Call): [string, string] {
  const [value = '', path = ''] = texts(writer, call, 2, 2)
  const literal = call.arguments[1]
  if (literal?.kind !== 'text') return [value, path]
  const steps = literal.value.replaceAll(
    /\[(?:'([^']*)'|"([^"]*)")\]/g,
    (_step, single?: string, double?: string) => `."${single ?? double}"`,
  )
  return [value, quoteText(steps.startsWith('$') ? steps : `$.${steps}`)]
}

/** Java's format string, conversion by conversion: `%s`, `%d`, `%05d`, `%,d`, `%.2f`, `%%`. */
function writeFormat(writer: Writer, call: Call): string {
  const [format, ...values] = call.arguments
  if (format?.kind !== 'text')
    throw new UnsupportedSqlError('format() without a literal', call.place)
  const parts: string[] = []
  let index = 0
  for (const [whole, conversion] of format.value.matchAll(/%([^a-zA-Z%]*[a-zA-Z%])|[^%]+/g)) {
    if (!conversion) parts.push(quoteText(whole))
    else if (conversion === '%') parts.push("'%'")
    else {
      const value = values[index++]
      if (!value) return badArguments(call)
      parts.push(writeConversion(writer, conversion, value, call))
    }
  }
  return parts.length === 0 ? "''" : `(${parts.join(' || ')})`
}

function writeConversion(
  writer: Writer,
  conversion: string,
  argument: Expression,
  call: Call,
): string {
  const value = writer.expression(argument)
  if (/^-?\d*s$/.test(conversion))
    return `printf('%${conversion}', ${writeAsText(writer, argument)})`
  if (/^,d$/.test(conversion)) return `format('{:,}', CAST(${value} AS BIGINT))`
  if (/^[-+0 ]*\d*[dxX]$/.test(conversion))
    return `printf('%${conversion}', CAST(${value} AS BIGINT))`
  if (/^[-+0 ]*\d*(\.\d+)?[feE]$/.test(conversion)) {
    return `printf('%${conversion}', CAST(${value} AS DOUBLE))`
  }
  throw new UnsupportedSqlError(`format() with %${conversion}`, call.place)
}
