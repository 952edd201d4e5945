import { quoteName, quoteText } from '../../glue/hive-type.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import type { StorageFormat } from './storage-format.ts'
import type { FileGroup, ReadColumn } from './table-view.ts'

type TextFormat = Extract<StorageFormat, { kind: 'delimited' | 'csv' }>

/**
 * Lines of fields, read as text and converted column by column: LazySimpleSerDe gives null for what it
 * cannot convert, OpenCSVSerde an error. Missing fields are null, more than there are columns are dropped.
 */
export function readDelimited(
  { files, compression }: FileGroup,
  format: TextFormat,
  columns: ReadonlyArray<ReadColumn>,
  withFile: boolean,
): string {
  const list = files.map(({ path }) => quoteText(path)).join(', ')
  const texts = columns.map(({ name }) => `${quoteText(name)}: 'VARCHAR'`)
  const options = [
    `columns = {${texts.join(', ')}}`,
    `delim = ${quoteText(format.delimiter)}`,
    `quote = ${quoteText(format.kind === 'csv' ? format.quote : '')}`,
    `escape = ${quoteText(format.escape)}`,
    `nullstr = ${quoteText(format.kind === 'delimited' ? format.nullText : NO_NULL)}`,
    `skip = ${format.headerLines}`,
    `compression = ${quoteText(compression)}`,
    'header = false',
    'auto_detect = false',
    'null_padding = true',
    'strict_mode = false',
    ...(withFile ? ["filename = '$file'"] : []),
  ]
  const selected = columns.map((column) => {
    const value = format.kind === 'csv' ? convertCsv(column, format) : convertLazily(column)
    return `${value} AS ${quoteName(column.name)}`
  })
  if (withFile) selected.push('"$file"')
  return `SELECT ${selected.join(', ')} FROM read_csv([${list}], ${options.join(', ')})`
}

/** OpenCSVSerde has no text for null; the engine wants one. */
const NO_NULL = '\u0001\u0002'

const INTEGER = /^(tinyint|smallint|int|integer|bigint)$/

function convertLazily({ name, type, hiveType }: ReadColumn): string {
  const text = quoteName(name)
  if (type === 'VARCHAR') return text
  // DuckDB would round `2.7` to an integer; Hive reads no number there.
  if (INTEGER.test(hiveType)) {
    return `CASE WHEN regexp_full_match(${text}, '[+-]?[0-9]+') THEN TRY_CAST(${text} AS ${type}) END`
  }
  if (hiveType === 'boolean') {
    return `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`
  }
  if (/^(array|map|struct)</.test(hiveType)) {
    throw new UnsupportedSqlError(`the type ${hiveType} in delimited text`)
  }
  if (type === 'BLOB') return `encode(${text})`
  return `TRY_CAST(${text} AS ${type})`
}

/** AWS: numbers from empty fields are null; dates are days, timestamps milliseconds since 1970. */
function convertCsv(
  { name, type, hiveType }: ReadColumn,
  { quote, escape: escaping }: Extract<TextFormat, { kind: 'csv' }>,
): string {
  const text = quoteName(name)
  // Two quotes stand for one, whatever the escape character is; the engine knows only one way.
  const doubled = quote !== '' && quote !== escaping
  if (type === 'VARCHAR') {
    return doubled ? `replace(${text}, ${quoteText(quote + quote)}, ${quoteText(quote)})` : text
  }
  const given = `nullif(${text}, '')`
  if (INTEGER.test(hiveType)) {
    const problem = `error('HIVE_BAD_DATA: Error parsing field value ' || ${quoteText(`for column ${name}`)} || ': ' || ${text})`
    return `CASE WHEN ${given} IS NULL OR regexp_full_match(trim(${text}), '[+-]?[0-9]+')
      THEN CAST(${given} AS ${type}) ELSE ${problem} END`
  }
  if (hiveType === 'date') {
    return `CASE WHEN regexp_full_match(${text}, '-?[0-9]+')
      THEN DATE '1970-01-01' + CAST(${text} AS INTEGER) ELSE CAST(${given} AS DATE) END`
  }
  if (hiveType === 'timestamp') {
    return `CASE WHEN regexp_full_match(${text}, '-?[0-9]+')
      THEN epoch_ms(CAST(${text} AS BIGINT)) ELSE CAST(${given} AS TIMESTAMP) END`
  }
  if (/^(array|map|struct)</.test(hiveType)) {
    throw new UnsupportedSqlError(`the type ${hiveType} in CSV`)
  }
  return `CAST(${given} AS ${type})`
}
