import type { StorageDescriptor } from '../catalog.ts'
import { unsupported } from '../catalog-errors.ts'

/** A format and its options by Glue's names (AWS Glue Developer Guide, "Data format options"). */
export interface TableFormat {
  readonly format: 'json' | 'csv' | 'parquet'
  readonly formatOptions: Readonly<Record<string, unknown>>
}

type Parameters = Readonly<Record<string, string>>

/**
 * How the objects of a catalogued table or partition are to be read, from its SerDe, or else its
 * input format or `classification`. Throws by name for a format that is not built.
 */
export function tableFormat(storage: StorageDescriptor, parameters: Parameters): TableFormat {
  const serde = storage.serde?.library ?? ''
  const options = { ...parameters, ...storage.parameters, ...storage.serde?.parameters }
  if (/parquet/i.test(serde) || /parquet/i.test(storage.inputFormat ?? '')) {
    return { format: 'parquet', formatOptions: {} }
  }
  if (/JsonSerDe$/.test(serde)) return { format: 'json', formatOptions: jsonOptions(options) }
  if (/OpenCSVSerde$/i.test(serde)) return { format: 'csv', formatOptions: openCsvOptions(options) }
  if (/LazySimpleSerDe$/.test(serde)) return { format: 'csv', formatOptions: lazyOptions(options) }
  if (serde !== '') throw unsupported(`The SerDe ${serde}`)
  const { classification = '' } = parameters
  if (classification === 'parquet') return { format: 'parquet', formatOptions: {} }
  if (classification === 'json') return { format: 'json', formatOptions: jsonOptions(options) }
  if (classification === 'csv') return { format: 'csv', formatOptions: lazyOptions(options) }
  throw unsupported(`The classification '${classification}'`)
}

function jsonOptions(options: Parameters): Readonly<Record<string, unknown>> {
  const { jsonPath } = options
  const mapping = Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => name.startsWith('mapping.'))
      .map(([name, key]) => [name.slice('mapping.'.length), key]),
  )
  return {
    ...(jsonPath !== undefined && { jsonPath }),
    ...(Object.keys(mapping).length > 0 && { mapping }),
  }
}

function headerLines(options: Parameters) {
  const lines = Number(options['skip.header.line.count'] ?? 0)
  if (lines > 1) throw unsupported(`skip.header.line.count ${lines}`)
  return lines > 0 ? { skipFirst: true } : {}
}

function openCsvOptions(options: Parameters): Readonly<Record<string, unknown>> {
  return {
    separator: options['separatorChar'] ?? ',',
    quoteChar: options['quoteChar'] ?? '"',
    escaper: options['escapeChar'] ?? '\\',
    ...headerLines(options),
  }
}

/**
 * LazySimpleSerDe knows no quotes; for a table of a crawler that has seen some they are told, as
 * Glue's own reader takes them from the table.
 */
function lazyOptions(options: Parameters): Readonly<Record<string, unknown>> {
  const separator =
    options['field.delim'] ?? options['delimiter'] ?? options['serialization.format']
  const escaper = options['escape.delim']
  return {
    separator: separator === undefined || separator === '1' ? '\u0001' : separator,
    quoteChar: options['areColumnsQuoted'] === 'true' ? '"' : -1,
    ...(escaper !== undefined && { escaper }),
    ...headerLines(options),
  }
}
