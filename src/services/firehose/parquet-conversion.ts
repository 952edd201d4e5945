import { isUtf8 } from 'node:buffer'
import { ServiceError } from '../../base/errors.ts'
import type { QueryEngine, QuerySession } from '../../engines/query/port.ts'
import type { ScratchSpace } from '../../engines/scratch.ts'
import type { CatalogTable } from '../glue/catalog.ts'
import type { HiveType } from '../glue/hive-type.ts'
import { duckdbTypeOf, parseHiveType, quoteName, quoteText } from '../glue/hive-type.ts'
import type { FormatConversion } from './destination.ts'

/**
 * JSON records to one Parquet file by a table's schema, record by record: those that do not fit come
 * back with a reason. All parsing and writing happens in the query engine's process; this one only
 * looks at bytes.
 */
export interface ParquetConversion {
  /** Absent when no record fitted. The caller releases `directory` when the file is stored. */
  readonly path?: string
  readonly rowCount: number
  readonly rejected: ReadonlyArray<{ readonly index: number; readonly message: string }>
}

export interface ConversionDeps {
  readonly query: QueryEngine
  readonly scratch: ScratchSpace
}

interface TargetColumn {
  readonly name: string
  readonly hiveType: HiveType
  readonly type: string
}

const NEW_LINE = Buffer.from('\n')
/** Stands for a record that is refused before it reaches the engine, to keep the numbering. */
const REFUSED = Buffer.from('!\n')
/** JSON allows no other control characters outside of escapes than tab and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
const LINE_BYTES_MAX = 16_000_000

/** Runs `use` with the converted file, which is gone afterwards. */
export async function convertToParquet<T>(
  deps: ConversionDeps,
  records: ReadonlyArray<Uint8Array>,
  table: CatalogTable,
  conversion: FormatConversion,
  use: (converted: ParquetConversion) => Promise<T>,
): Promise<T> {
  const directory = await deps.scratch.create('parquet')
  try {
    const input = `${directory.path}/records.ndjson`
    await directory.write('records.ndjson', records.flatMap(lineOf))
    const session = await deps.query.open({ paths: [{ path: directory.path, writable: true }] })
    try {
      const output = `${directory.path}/records.parquet`
      return await use(await convert(session, input, output, columnsOf(table), conversion))
    } finally {
      await session.close()
    }
  } finally {
    await directory.remove()
  }
}

async function convert(
  session: QuerySession,
  input: string,
  output: string,
  columns: ReadonlyArray<TargetColumn>,
  conversion: FormatConversion,
): Promise<ParquetConversion> {
  await session.execute(`CREATE TEMP TABLE lines AS
    SELECT row_number() OVER () - 1 AS ordinal, line, json_valid(line) AS valid
    FROM read_csv(${quoteText(input)}, columns = {'line': 'VARCHAR'}, delim = '\\x01', quote = '',
      escape = '', header = false, auto_detect = false, max_line_size = ${LINE_BYTES_MAX})`)
  const spellings = await keySpellings(session, columns, conversion)
  await session.execute(`CREATE TEMP TABLE converted AS ${conversionSql(columns, spellings)}`)
  const rejected = await session.execute(
    'SELECT ordinal, problem FROM converted WHERE problem IS NOT NULL ORDER BY ordinal',
    { rowsMax: Number.MAX_SAFE_INTEGER },
  )
  const good = await session.execute('SELECT count(*) FROM converted WHERE problem IS NULL')
  const rowCount = Number(good.rows[0]?.[0] ?? 0)
  if (rowCount > 0) {
    const names = columns.map(({ name }) => quoteName(name)).join(', ')
    await session.execute(`COPY (SELECT ${names} FROM converted WHERE problem IS NULL
      ORDER BY ordinal) TO ${quoteText(output)} (FORMAT parquet,
      COMPRESSION ${conversion.compression}, PARQUET_VERSION ${conversion.writerVersion})`)
  }
  return {
    ...(rowCount > 0 && { path: output }),
    rowCount,
    rejected: rejected.rows.map(([ordinal, problem]) => ({
      index: Number(ordinal),
      message: String(problem),
    })),
  }
}

/** Which keys of the batch feed each column: AWS matches them without regard to case by default. */
async function keySpellings(
  session: QuerySession,
  columns: ReadonlyArray<TargetColumn>,
  { deserializer }: FormatConversion,
): Promise<ReadonlyArray<ReadonlyArray<string>>> {
  const { rows } = await session.execute(
    `SELECT DISTINCT unnest(json_keys(line)) AS key FROM lines
     WHERE valid AND json_type(line) = 'OBJECT' ORDER BY key`,
  )
  const keys = rows.map(([key]) => String(key))
  const fold = (text: string) => {
    const plain = deserializer.dotsToUnderscores ? text.replaceAll('.', '_') : text
    return deserializer.caseInsensitive ? plain.toLowerCase() : plain
  }
  return columns.map(({ name }) => {
    const wanted = fold(deserializer.keyOfColumn[name] ?? name)
    return keys.filter((key) => fold(key) === wanted)
  })
}

function conversionSql(
  columns: ReadonlyArray<TargetColumn>,
  spellings: ReadonlyArray<ReadonlyArray<string>>,
): string {
  const used = spellings.flat()
  const paths = used.map((key) => quoteText(`$."${key.replaceAll('"', '\\"')}"`))
  const texts =
    used.length > 0 ? `json_extract_string(line, [${paths.join(', ')}])` : 'CAST([] AS VARCHAR[])'
  let at = 0
  const sources = spellings.map((keys) => {
    const parts = keys.map(() => `texts[${++at}]`)
    return parts.length === 0
      ? 'CAST(NULL AS VARCHAR)'
      : `coalesce(${[...parts, 'NULL'].join(', ')})`
  })
  const values = columns.map(
    (column, index) => `${castSql(sources[index] ?? '', column)} AS ${quoteName(column.name)}`,
  )
  const checks = columns.map((column, index) => {
    const source = sources[index] ?? ''
    const text = `'Column ${column.name.replaceAll("'", "''")} cannot be read as ${column.type}: ' || left(${source}, 100)`
    return `WHEN ${source} IS NOT NULL AND ${castSql(source, column)} IS NULL THEN ${text}`
  })
  return `SELECT ordinal, ${values.join(', ')}, CASE
      WHEN NOT valid THEN 'The record is not valid JSON.'
      WHEN kind <> 'OBJECT' THEN 'The record is not a JSON object.'
      ${checks.join('\n      ')} END AS problem
    FROM (SELECT ordinal, valid, CASE WHEN valid THEN json_type(line) END AS kind,
      CASE WHEN valid THEN ${texts} END AS texts FROM lines)`
}

/** NULL where the text does not fit the type. */
function castSql(source: string, { hiveType, type }: TargetColumn): string {
  if (hiveType.kind !== 'primitive') {
    return `TRY_CAST(TRY_CAST(${source} AS JSON) AS ${type})`
  }
  if (type === 'VARCHAR') return source
  if (/INT$|INTEGER/.test(type)) {
    return `CASE WHEN NOT contains(${source}, '.') THEN TRY_CAST(${source} AS ${type}) END`
  }
  if (type === 'BLOB') return `TRY(from_base64(${source}))`
  if (type === 'TIMESTAMP') {
    // A number is milliseconds since the epoch, as both deserializers take it.
    return `coalesce(TRY_CAST(${source} AS TIMESTAMP), make_timestamp(TRY_CAST(${source} AS BIGINT) * 1000))`
  }
  return `TRY_CAST(${source} AS ${type})`
}

function columnsOf(table: CatalogTable): ReadonlyArray<TargetColumn> {
  return (table.storage?.columns ?? []).map(({ name, type }) => {
    const hiveType = parseHiveType(type)
    const engineType = hiveType && duckdbTypeOf(hiveType)
    if (!hiveType || engineType === undefined) {
      throw new ServiceError(
        'DataFormatConversion.InvalidSchema',
        `Column ${name} of ${table.database}.${table.name} has the type '${type}', which is not a Hive type.`,
      )
    }
    return { name, hiveType, type: engineType }
  })
}

/** The record as one line, or the mark of a refused one when it cannot be JSON text at all. */
function lineOf(record: Uint8Array): Uint8Array[] {
  if (!isUtf8(record)) return [REFUSED]
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const text = bytes.toString('latin1')
  if (text.trim() === '' || CONTROL.test(text)) return [REFUSED]
  // Raw line ends are allowed between JSON tokens only, so a space can stand for each of them.
  if (!/[\r\n]/.test(text)) return [bytes, NEW_LINE]
  return [Buffer.from(text.replace(/[\r\n]+/g, ' '), 'latin1'), NEW_LINE]
}
