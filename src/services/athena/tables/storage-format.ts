import type { StorageDescriptor } from '../../glue/catalog.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'

/** How the objects of a table are read and written, by their SerDe. */
export type StorageFormat =
  | { readonly kind: 'parquet' }
  | {
      readonly kind: 'json'
      /** Malformed lines are rows of nulls instead of an error. */
      readonly ignoreMalformed: boolean
      /** Column (lower case) to the key that holds it (`mapping.column`). */
      readonly mapping: ReadonlyMap<string, string>
    }
  | {
      readonly kind: 'delimited'
      readonly delimiter: string
      readonly escape: string
      readonly nullText: string
      readonly headerLines: number
    }
  | {
      readonly kind: 'csv'
      readonly delimiter: string
      readonly quote: string
      readonly escape: string
      readonly headerLines: number
    }

const PARQUET = /parquet/i
const JSON_SERDE = /jsonserde/i
const LAZY = /lazy\.?simple|lazysimpleserde|metadatatypedcolumnset/i
const CSV = /opencsvserde/i

/** Throws `UnsupportedSqlError` for the formats that are not built: ORC, Avro, Ion, Grok, Regex. */
export function storageFormatOf(
  storage: StorageDescriptor,
  tableParameters: Readonly<Record<string, string>>,
): StorageFormat {
  const library = storage.serde?.library ?? ''
  const parameters = storage.serde?.parameters ?? {}
  const headerLines = Number(
    storage.parameters['skip.header.line.count'] ??
      tableParameters['skip.header.line.count'] ??
      parameters['skip.header.line.count'] ??
      0,
  )
  if (PARQUET.test(library) || (!library && PARQUET.test(storage.inputFormat ?? ''))) {
    return { kind: 'parquet' }
  }
  if (JSON_SERDE.test(library)) {
    const mapped = Object.entries(parameters).filter(([name]) => name.startsWith('mapping.'))
    return {
      kind: 'json',
      ignoreMalformed: parameters['ignore.malformed.json']?.toLowerCase() === 'true',
      mapping: new Map(mapped.map(([name, key]) => [name.slice(8).toLowerCase(), key])),
    }
  }
  if (CSV.test(library)) {
    return {
      kind: 'csv',
      delimiter: parameters['separatorChar'] ?? ',',
      quote: parameters['quoteChar'] ?? '"',
      escape: parameters['escapeChar'] ?? '\\',
      headerLines,
    }
  }
  if (LAZY.test(library) || library === '') {
    return {
      kind: 'delimited',
      delimiter: delimiterOf(parameters['field.delim'] ?? parameters['serialization.format']),
      escape: parameters['escape.delim'] ?? '',
      nullText: parameters['serialization.null.format'] ?? '\\N',
      headerLines,
    }
  }
  throw new UnsupportedSqlError(`the SerDe ${library}`)
}

/** Hive writes delimiters as they are or as the number of their code: `1` is `\u0001`. */
function delimiterOf(text: string | undefined): string {
  if (text === undefined || text === '') return '\u0001'
  return /^\d{1,3}$/.test(text) ? String.fromCharCode(Number(text)) : text
}

/** In the engine's words. */
export type TextCompression = 'uncompressed' | 'gzip' | 'zstd'

/** By the ending of the object's name, as Hive does. */
export function compressionOf(uri: string): TextCompression {
  const ending = /\.([A-Za-z0-9]+)$/.exec(uri)?.[1]?.toLowerCase()
  if (ending === 'gz' || ending === 'gzip') return 'gzip'
  if (ending === 'zst' || ending === 'zstd') return 'zstd'
  if (ending && /^(bz2|snappy|lz4|lzo|deflate)$/.test(ending)) {
    throw new UnsupportedSqlError(`text compressed with ${ending}`)
  }
  return 'uncompressed'
}
