import type { Field } from './schema-types.ts'
import { mergeTypes, primitive, unknownType } from './schema-types.ts'

/** What the beginning of a CSV object told. */
export interface CsvSample {
  readonly fields: ReadonlyArray<Field>
  readonly delimiter: string
  readonly quote: string
  readonly hasHeader: boolean
  /** Some values stand in quotes. */
  readonly quoted: boolean
  readonly records: number
  readonly bytes: number
}

/** A custom classifier's say; what it leaves open is found out. */
export interface CsvRules {
  readonly delimiter?: string
  readonly quote?: string
  readonly header?: 'present' | 'absent'
  readonly names?: ReadonlyArray<string>
  readonly types?: ReadonlyArray<string>
  readonly keepSpaces?: boolean
  readonly allowSingleColumn?: boolean
}

/** AWS Glue Developer Guide, "Built-in CSV classifier": comma, pipe, tab, semicolon and Ctrl-A. */
const delimiters = [',', '|', '\t', ';', '\u0001']
const ROWS_MAX = 5000
/** The share of rows that must have the same count of columns. */
const REGULAR_MIN = 0.9

/** Undefined when the text is not a table: less than two columns or two rows (same source). */
export function sampleCsv(
  text: string,
  complete: boolean,
  rules: CsvRules = {},
): CsvSample | undefined {
  // A null byte is in no text format.
  if (text.includes('\0')) return undefined
  const quote = rules.quote ?? '"'
  const candidates = rules.delimiter ? [rules.delimiter] : delimiters
  const parses = candidates.flatMap((delimiter) => {
    const parse = readRows(text, complete, delimiter, quote)
    const width = regularWidth(parse.rows, rules.allowSingleColumn ?? false)
    return width === undefined ? [] : [{ ...parse, delimiter, width }]
  })
  const [best] = parses.sort((a, b) => b.width - a.width)
  if (!best) return undefined
  const rows = best.rows.filter((row) => row.length === best.width)
  const trimmed = rules.keepSpaces ? rows : rows.map((row) => row.map((value) => value.trim()))
  const hasHeader = rules.header ? rules.header === 'present' : looksLikeHeader(trimmed)
  const data = hasHeader ? trimmed.slice(1) : trimmed
  if (data.length === 0 && !hasHeader) return undefined
  return {
    fields: fieldsOf(best.width, data, hasHeader ? trimmed[0] : undefined, rules),
    delimiter: best.delimiter,
    quote,
    hasHeader,
    quoted: best.quoted,
    records: best.rows.length - (hasHeader ? 1 : 0),
    bytes: Buffer.byteLength(text.slice(0, best.end)),
  }
}

interface Rows {
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly quoted: boolean
  /** Position behind the last row. */
  readonly end: number
}

/** RFC 4180 with any delimiter; the last row of a cut sample is left out. */
function readRows(text: string, complete: boolean, delimiter: string, quote: string): Rows {
  const rows: string[][] = []
  let row: string[] = []
  let quotedCount = 0
  let end = 0
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const finishRow = (behind: number) => {
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    end = behind
  }
  while (at < text.length && rows.length < ROWS_MAX) {
    const field = readField(text, at, delimiter, quote)
    row.push(field.value)
    if (field.quoted) quotedCount++
    at = field.end
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length
      if (at === text.length) row.push('')
      continue
    }
    const ended = at < text.length
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    if (ended || complete) finishRow(at)
  }
  if (row.length > 0 && complete && at >= text.length) finishRow(at)
  return { rows, quoted: quotedCount > 0, end }
}

function readField(
  text: string,
  from: number,
  delimiter: string,
  quote: string,
): { readonly value: string; readonly quoted: boolean; readonly end: number } {
  if (quote !== '' && text[from] === quote) {
    let value = ''
    let at = from + 1
    for (;;) {
      const close = text.indexOf(quote, at)
      if (close < 0) break
      value += text.slice(at, close)
      at = close + 1
      if (text[at] !== quote) return { value, quoted: true, end: at }
      value += quote
      at++
    }
  }
  let end = from
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') {
    if (text.startsWith(delimiter, end)) break
    end++
  }
  return { value: text.slice(from, end), quoted: false, end }
}

function regularWidth(
  rows: ReadonlyArray<ReadonlyArray<string>>,
  allowSingleColumn: boolean,
): number | undefined {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [[width, count] = [0, 0]] = [...counts].sort((a, b) => b[1] - a[1])
  if (rows.length < 2 || count < rows.length * REGULAR_MIN) return undefined
  return width >= 2 || (allowSingleColumn && width === 1) ? width : undefined
}

const HEADER_LENGTH_MAX = 150
const namePattern = /^[\p{L}\p{N}_][\p{L}\p{N}_ .\-/()#%$:]*$/u

/**
 * AWS Glue Developer Guide, "Built-in CSV classifier": all of a header is text shorter than 150
 * characters that can name a column (the last one may be longer), and some column below is not
 * text.
 */
function looksLikeHeader(rows: ReadonlyArray<ReadonlyArray<string>>): boolean {
  const [first = [], ...data] = rows
  const named = first.every(
    (value, at) =>
      printsAsString(value) &&
      (value.length < HEADER_LENGTH_MAX || at === first.length - 1) &&
      (namePattern.test(value) || (value === '' && at === first.length - 1)),
  )
  if (!named || new Set(first).size < first.length) return false
  return data.some((row) => row.some((value) => value !== '' && !printsAsString(value)))
}

function printsAsString(value: string): boolean {
  const { name } = typeOfText(value)
  return name === 'string' || name === 'void'
}

function fieldsOf(
  width: number,
  data: ReadonlyArray<ReadonlyArray<string>>,
  header: ReadonlyArray<string> | undefined,
  rules: CsvRules,
): Field[] {
  const names = rules.names && rules.names.length > 0 ? rules.names : header
  return Array.from({ length: width }, (_, at) => {
    const given = rules.types?.[at]
    const name = names?.[at]?.trim()
    const type = given
      ? primitive(given.toLowerCase())
      : data.map((row) => typeOfText(row[at] ?? '')).reduce(mergeTypes, unknownType)
    return { name: name || `col${at}`, type }
  })
}

/** AWS: the CSV classifier finds bigint, double and boolean; dates and timestamps stay text. */
function typeOfText(value: string) {
  if (value === '') return unknownType
  if (/^[+-]?\d{1,18}$/.test(value)) return primitive('bigint')
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(value)) return primitive('double')
  return primitive(/^(true|false)$/i.test(value) ? 'boolean' : 'string')
}
