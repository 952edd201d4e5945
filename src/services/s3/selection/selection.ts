import { ServiceError } from '../../../base/errors.ts'
import type {
  JsonValue,
  QueryEngine,
  QueryResult,
  QuerySession,
} from '../../../engines/query/port.ts'
import { QueryError } from '../../../engines/query/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Reader } from '../encryption/object-encryption.ts'
import type { Objects } from '../objects/objects.ts'
import { translateSelection } from './selection-sql.ts'

/** How the bytes of the object are to be read. */
export type SelectionInput =
  | {
      readonly kind: 'csv'
      readonly isGzip: boolean
      readonly header: 'NONE' | 'USE' | 'IGNORE'
      readonly delimiter: string
      readonly quote: string
      readonly escape: string
      readonly comment: string
    }
  | {
      readonly kind: 'json'
      readonly isGzip: boolean
      readonly type: 'LINES' | 'DOCUMENT'
    }
  | { readonly kind: 'parquet' }

export type SelectionRows = Pick<QueryResult, 'columns' | 'rows'>

/** Runs a statement over one object; rows come in pages, in the order of the object. */
export type Select = (
  bucket: Bucket,
  source: Reader & { readonly key: string; readonly input: SelectionInput },
  expression: string,
  signal: AbortSignal,
) => AsyncGenerator<SelectionRows>

const PAGE_ROWS = 1_000

export function createSelect(deps: {
  readonly query: QueryEngine
  readonly objects: Objects
}): Select {
  const { query, objects } = deps
  return async function* select(bucket, { key, input, ...reader }, expression, signal) {
    const { sql, isEach } = translateSelection(expression)
    const file = await objects.localFile(bucket, key, reader)
    try {
      const session = await query.open({ paths: [{ path: file.path }], threads: 1, signal })
      try {
        await session.execute(
          `CREATE TEMP VIEW input AS ${await relation(session, file.path, input, isEach)}`,
          { signal },
        )
        await session.execute(`CREATE TEMP TABLE result AS ${sql}`, { signal })
        for (let start = 0; ; start += PAGE_ROWS) {
          const within = `rowid >= ${start} AND rowid < ${start + PAGE_ROWS}`
          const page = await session.execute(
            `SELECT * FROM result WHERE ${within} ORDER BY rowid`,
            { signal },
          )
          if (page.rows.length > 0) yield page
          if (page.rows.length < PAGE_ROWS) return
        }
      } finally {
        await session.close()
      }
    } catch (error) {
      throw error instanceof QueryError ? selectionProblem(error) : error
    } finally {
      file.release()
    }
  }
}

async function relation(
  session: QuerySession,
  path: string,
  input: SelectionInput,
  isEach: boolean,
): Promise<string> {
  const file = literal(path)
  if (input.kind === 'parquet') return `SELECT * FROM read_parquet(${file})`
  if (input.kind === 'json') {
    const compression = input.isGzip ? 'gzip' : 'uncompressed'
    const format = input.type === 'DOCUMENT' && isEach ? 'auto' : 'unstructured'
    // Texts that look like times stay the texts that they are.
    return `SELECT * FROM read_json(${file}, format = '${format}', records = 'true', compression = '${compression}',
      sample_size = -1, maximum_depth = -1, dateformat = '%Y|%m|%d|', timestampformat = '%Y|%m|%d|%H|')`
  }
  const csv = `read_csv(${file}, all_varchar = true, auto_detect = true, compression = '${input.isGzip ? 'gzip' : 'none'}', parallel = false,
    delim = ${literal(input.delimiter)}, quote = ${literal(input.quote)},
    escape = ${literal(input.escape)}, comment = ${literal(input.comment)},
    header = ${input.header !== 'NONE'}, skip = 0, null_padding = true, strict_mode = false, nullstr = ${literal('\u0001\u0002')})`
  const { columns } = await session.execute(`SELECT * FROM ${csv} LIMIT 0`)
  const names = columns.map(({ name }, index) => {
    const own = input.header === 'USE' ? name : `_${index + 1}`
    return `${quoteName(name)} AS ${quoteName(own)}`
  })
  return `SELECT ${names.join(', ')} FROM ${csv}`
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function selectionProblem(error: QueryError): Error {
  if (error.kind !== 'invalid') return error
  const [code, message] = codeOf(error)
  return new ServiceError(code, message, { status: 400 })
}

function codeOf({ problem, message }: QueryError): readonly [code: string, message: string] {
  switch (problem) {
    case 'column-not-found':
      return ['InvalidColumnIndex', 'The column index in the SQL expression is not valid.']
    case 'conversion':
      return [
        'CastFailed',
        'An attempt to convert from one data type to another using CAST failed in the SQL expression.',
      ]
    case 'input':
    case 'file':
      return [
        'InvalidDataSource',
        'The data source type is not valid. Only CSV, JSON, and Parquet are supported.',
      ]
    default:
      return ['EvaluatorInvalidArguments', message]
  }
}

const NUMBER = /^(BIGINT|HUGEINT|UBIGINT|UHUGEINT|DECIMAL)/

/** A row as one JSON object; what JavaScript's numbers cannot hold keeps all its digits. */
export function jsonRow(columns: SelectionRows['columns'], row: ReadonlyArray<JsonValue>): string {
  const members = columns.map(({ name, type }, index) => {
    const value = row[index] ?? null
    const isPlain = typeof value === 'string' && NUMBER.test(type) && !type.endsWith(']')
    return `${JSON.stringify(name)}:${isPlain ? value : JSON.stringify(value)}`
  })
  return `{${members.join(',')}}`
}

export interface CsvStyle {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly always: boolean
}

/** A row as fields, quoted where they need it. */
export function csvRow(row: ReadonlyArray<JsonValue>, style: CsvStyle): string {
  const { delimiter, quote, always } = style
  const fields = row.map((value) => {
    if (value === null) return ''
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    const isNeeded = always || [delimiter, quote, '\n', '\r'].some((sign) => text.includes(sign))
    return isNeeded ? quote + text.replaceAll(quote, style.escape + quote) + quote : text
  })
  return fields.join(delimiter)
}
