import { join } from 'node:path'
import { quoteName, quoteText } from '../../glue/hive-type.ts'
import { columnInfoOf } from '../column-info.ts'
import { textMacrosOf, textOfValue } from '../value-text.ts'
import type { Outcome } from './outcome.ts'
import type { PreparedQuery } from './query-session.ts'

const RESULT_NAME = 'result.csv'

/** Runs a query and writes its rows, printed as Athena prints them, into the scratch directory. */
export async function runSelect(
  { session, sql, columns }: PreparedQuery,
  options: {
    readonly directory: string
    /** Throws when the statement has read more than it may. */
    readonly expectScanned: (bytes: number) => void
  },
  signal: AbortSignal,
): Promise<Outcome> {
  const names = columns.map(({ name }) => name)
  // The engine would rename the second of two columns of one name: then the header is a row.
  const unique = new Set(names.map((name) => name.toLowerCase())).size === names.length
  const texts = columns.map(({ name, type }, index) => {
    const alias = unique ? quoteName(name) : inputName(index)
    return `${textOfValue(inputName(index), type)} AS ${alias}`
  })
  const inputs = columns.map((_, index) => inputName(index)).join(', ')
  const rows = `SELECT ${texts.join(', ')} FROM (${sql}) AS q(${inputs})`
  const select = unique ? rows : `SELECT ${names.map(quoteText).join(', ')} UNION ALL (${rows})`
  for (const macro of textMacrosOf(select)) await session.execute(macro)
  const path = join(options.directory, RESULT_NAME)
  const { scannedBytes } = await session.execute(
    `COPY (${select}) TO ${quoteText(path)}
       (FORMAT csv, HEADER ${unique}, FORCE_QUOTE *, NULLSTR '')`,
    { signal },
  )
  options.expectScanned(scannedBytes)
  return {
    columns: columns.map(({ name, type }) => columnInfoOf(name, type)),
    body: { kind: 'csv', path },
    scannedBytes,
  }
}

/** Names that no column can have, so that a query may answer two columns of one name. */
export function inputName(index: number): string {
  return quoteName(`$c${index}`)
}
