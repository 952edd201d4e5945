import { join } from 'node:path'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import { quoteName, quoteText } from '../../glue/hive-type.ts'
import { UnsupportedSqlError } from '../dialect/tokens.ts'
import { limits } from '../limits.ts'
import { QueryFailure } from '../query-failure.ts'
import type { PreparedQuery } from './query-session.ts'
import { inputName } from './run-select.ts'

/** How CREATE TABLE AS, INSERT INTO and UNLOAD write. */
export interface WriteFormat {
  readonly kind: 'parquet' | 'json' | 'text'
  readonly compression: 'none' | 'gzip' | 'snappy' | 'zstd' | 'lz4'
  /** Of text. */
  readonly delimiter: string
  readonly nullText: string
}

export interface WriteColumn {
  /** Lower case. */
  readonly name: string
  /** The engine's type that the value is cast to. */
  readonly type: string
}

export interface WrittenFile {
  /** Local path. */
  readonly path: string
  /** `key=value/…/name`, as the object is to be called under its location. */
  readonly name: string
  readonly partition: ReadonlyArray<string>
}

/** Writes the rows of a query into files, one folder for each combination of partition values. */
export async function writeData(
  { session, sql, columns }: PreparedQuery,
  options: {
    readonly scratch: ScratchDirectory
    /** In the order of the query's columns. */
    readonly target: ReadonlyArray<WriteColumn>
    /** In the order of the files: text has no names. What the query does not give is null. */
    readonly written?: ReadonlyArray<WriteColumn>
    readonly partitionKeys: ReadonlyArray<string>
    readonly format: WriteFormat
    readonly filePrefix: string
    /** Throws when the statement has read more than it may. */
    readonly expectScanned: (bytes: number) => void
  },
  signal: AbortSignal,
): Promise<{ files: ReadonlyArray<WrittenFile>; rowCount: number; scannedBytes: number }> {
  const { scratch, target, written = target, partitionKeys, format, filePrefix } = options
  const casts = written.map((column) => {
    const index = target.indexOf(column)
    const input = index < 0 ? 'NULL' : inputName(index)
    return `CAST(${input} AS ${column.type}) AS ${quoteName(column.name)}`
  })
  const inputs = columns.map((_, index) => inputName(index)).join(', ')
  const values = `SELECT ${casts.join(', ')} FROM (${sql}) AS q(${inputs})`
  const asLines = format.kind === 'json' && partitionKeys.length > 0
  const select = asLines ? jsonLines(values, written, partitionKeys) : values
  await scratch.makeDirectory('data')
  const directory = join(scratch.path, 'data')
  const settings = asLines ? lineSettings(format) : formatSettings(format)
  const ending = endingOf(format)
  const partitioned = partitionKeys.length > 0
  if (partitioned) {
    settings.push(
      `PARTITION_BY (${partitionKeys.map(quoteName).join(', ')})`,
      'WRITE_PARTITION_COLUMNS false',
      `FILENAME_PATTERN ${quoteText(`${filePrefix}_{uuid}`)}`,
      `FILE_EXTENSION ${quoteText(ending)}`,
      'OVERWRITE_OR_IGNORE true',
    )
  }
  const to = partitioned ? directory : join(directory, `${filePrefix}.${ending}`)
  const { rows, scannedBytes } = await session.execute(
    `COPY (${select}) TO ${quoteText(to)} (${settings.join(', ')})`,
    { signal },
  )
  options.expectScanned(scannedBytes)
  const rowCount = Number(rows[0]?.[0] ?? 0)
  const found = rowCount === 0 ? [] : await scratch.files('data')
  const files = found.map(({ name }) => ({
    path: join(directory, name),
    name,
    partition: name
      .split('/')
      .slice(0, -1)
      .map((part) => decodeURIComponent(part.slice(part.indexOf('=') + 1))),
  }))
  const partitionCount = new Set(files.map(({ partition }) => JSON.stringify(partition))).size
  if (partitionCount > limits.writtenPartitionsMax) {
    // AWS: the wording of Athena's own limit.
    throw new QueryFailure(
      'HIVE_TOO_MANY_OPEN_PARTITIONS',
      `Exceeded limit of ${limits.writtenPartitionsMax} open writers for partitions/buckets`,
    )
  }
  return { files, rowCount, scannedBytes }
}

/** The engine's JSON writer knows no partitions: objects are written as lines of text. */
function jsonLines(
  values: string,
  target: ReadonlyArray<WriteColumn>,
  partitionKeys: ReadonlyArray<string>,
): string {
  const fields = target
    .filter(({ name }) => !partitionKeys.includes(name))
    .map(({ name }) => `${quoteName(name)}: ${quoteName(name)}`)
  const keys = partitionKeys.map(quoteName).join(', ')
  return `SELECT to_json({${fields.join(', ')}}) AS "$line", ${keys} FROM (${values})`
}

function lineSettings({ compression }: WriteFormat): string[] {
  return formatSettings({ kind: 'text', compression, delimiter: '\u0001', nullText: '' })
}

function formatSettings(format: WriteFormat): string[] {
  const compression = format.compression === 'none' ? 'uncompressed' : format.compression
  if (format.kind === 'parquet') return ['FORMAT parquet', `COMPRESSION ${compression}`]
  if (
    format.compression !== 'none' &&
    format.compression !== 'gzip' &&
    format.compression !== 'zstd'
  ) {
    throw new UnsupportedSqlError(`${format.compression} compression of text`)
  }
  const text = `COMPRESSION ${quoteText(format.compression)}`
  if (format.kind === 'json') return ['FORMAT json', text]
  return [
    'FORMAT csv',
    'HEADER false',
    `DELIMITER ${quoteText(format.delimiter)}`,
    "QUOTE ''",
    "ESCAPE ''",
    `NULLSTR ${quoteText(format.nullText)}`,
    text,
  ]
}

function endingOf({ kind, compression }: WriteFormat): string {
  const packed = { none: '', gzip: 'gz', snappy: 'snappy', zstd: 'zst', lz4: 'lz4' }[compression]
  if (kind === 'parquet') return packed ? `${packed}.parquet` : 'parquet'
  const plain = kind === 'json' ? 'json' : 'txt'
  return packed ? `${plain}.${packed}` : plain
}
