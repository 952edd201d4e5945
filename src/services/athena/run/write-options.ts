import type { TableDefinition } from '../../glue/catalog.ts'
import type { CtasProperties } from '../dialect/statement-ast.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import { QueryFailure } from '../query-failure.ts'
import type { StorageFormat } from '../tables/storage-format.ts'
import type { WriteFormat } from './write-data.ts'

/** The properties of `WITH (…)` that CREATE TABLE AS and UNLOAD understand. */
const KNOWN = new Set([
  'format',
  'write_compression',
  'compression',
  'parquet_compression',
  'orc_compression',
  'compression_level',
  'field_delimiter',
  'external_location',
  'partitioned_by',
  'bucketed_by',
  'bucket_count',
  'is_external',
  'table_type',
])

const REFUSED = ['bucketed_by', 'bucket_count', 'orc_compression', 'compression_level']

/** Throws for unknown properties, and `UnsupportedSqlError` for those that are not built. */
export function readWriteOptions(
  properties: CtasProperties,
  defaults: { readonly format: string; readonly delimiter: string },
) {
  for (const name of properties.keys()) {
    if (KNOWN.has(name)) continue
    throw new QueryFailure('INVALID_TABLE_PROPERTY', `Table property '${name}' does not exist`)
  }
  const refused = REFUSED.find((name) => properties.has(name))
  if (refused) throw new UnsupportedSqlError(`the property ${refused}`)
  const single = (name: string) => {
    const value = properties.get(name)
    return typeof value === 'string' ? value : undefined
  }
  if (single('table_type')?.toUpperCase() === 'ICEBERG') {
    throw new UnsupportedSqlError('the table type ICEBERG')
  }
  const kind = kindOf(single('format') ?? defaults.format)
  const compression =
    single('write_compression') ?? single('compression') ?? single('parquet_compression')
  const format: WriteFormat = {
    kind,
    // AWS: GZIP unless said otherwise (Athena User Guide, "CREATE TABLE AS").
    compression: compressionOf(compression ?? 'GZIP'),
    delimiter: single('field_delimiter') ?? defaults.delimiter,
    nullText: '\\N',
  }
  const keys = properties.get('partitioned_by') ?? []
  const location = single('external_location')
  return {
    format,
    partitionKeys: (typeof keys === 'string' ? [keys] : keys).map((key) => key.toLowerCase()),
    ...(location !== undefined && { location }),
  }
}

function kindOf(format: string): WriteFormat['kind'] {
  switch (format.toUpperCase()) {
    case 'PARQUET':
      return 'parquet'
    case 'JSON':
      return 'json'
    case 'TEXTFILE':
      return 'text'
    default:
      throw new UnsupportedSqlError(`the format ${format}`)
  }
}

function compressionOf(name: string): WriteFormat['compression'] {
  const lower = name.toLowerCase()
  if (lower === 'none' || lower === 'uncompressed') return 'none'
  if (/^(gzip|snappy|zstd|lz4)$/.test(lower)) return lower as WriteFormat['compression']
  throw new UnsupportedSqlError(`${name} compression`)
}

/** How INSERT INTO writes into a table that is there. */
export function writeFormatOf(
  format: StorageFormat,
  parameters: Readonly<Record<string, string>>,
): WriteFormat {
  const named =
    parameters['write.compression'] ??
    parameters['parquet.compression'] ??
    parameters['compressionType']
  const compression = compressionOf(named && named !== 'none' ? named : 'GZIP')
  switch (format.kind) {
    case 'parquet':
      return { kind: 'parquet', compression, delimiter: '', nullText: '' }
    case 'json':
      return { kind: 'json', compression, delimiter: '', nullText: '' }
    case 'delimited':
      return {
        kind: 'text',
        compression,
        delimiter: format.delimiter,
        nullText: format.nullText,
      }
    default:
      throw new UnsupportedSqlError('INSERT INTO a table with OpenCSVSerde')
  }
}

/** The storage part of a table that CREATE TABLE AS makes. */
export function storageOf(
  format: WriteFormat,
  location: string,
): Omit<NonNullable<TableDefinition['storage']>, 'columns'> {
  const common = { location, parameters: {}, compressed: false }
  const text = {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  }
  switch (format.kind) {
    case 'parquet':
      return {
        ...common,
        inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        serde: {
          library: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
          parameters: {},
        },
      }
    case 'json':
      return {
        ...common,
        ...text,
        serde: { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: {} },
      }
    default:
      return {
        ...common,
        ...text,
        serde: {
          library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
          parameters: {
            'field.delim': format.delimiter,
            'serialization.format': format.delimiter,
            'serialization.null.format': format.nullText,
          },
        },
      }
  }
}
