import { open } from 'node:fs/promises'
import type { Scope } from '../../base/scope.ts'
import { parseS3Path } from '../glue/s3-path.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import { invalidRequest } from './athena-errors.ts'
import type { Execution } from './executions.ts'

/** Rows of a result, as they stand in its file. */
export interface ResultPage {
  readonly rows: ReadonlyArray<ReadonlyArray<string | null>>
  /** Where the next page begins, in bytes; absent at the end. */
  readonly next?: number
}

const CHUNK_BYTES = 256 * 1024

/**
 * Reads rows from a byte of the result file on. A CSV's first row is its header; of a `.txt` each line is
 * a row of one value. Statements that write no result answer no rows.
 */
export async function readResult(
  objects: ObjectAccess,
  scope: Scope,
  execution: Execution,
  page: { readonly from: number; readonly rowsMax: number },
): Promise<ResultPage> {
  const { outputLocation } = execution
  const isText = outputLocation.endsWith('.txt')
  if (!isText && execution.substatementType !== 'SELECT') return { rows: [] }
  const { bucket, key } = parseS3Path(outputLocation)
  if (!(await objects.head(scope, bucket, key))) {
    throw invalidRequest(`Could not find results at ${outputLocation}`)
  }
  const local = await objects.localFile(scope, bucket, key)
  try {
    return isText ? await readLines(local.path, page) : await readCsv(local.path, page)
  } finally {
    local.release()
  }
}

async function readLines(
  path: string,
  { from, rowsMax }: { readonly from: number; readonly rowsMax: number },
): Promise<ResultPage> {
  const rows: string[][] = []
  let next = from
  for await (const chunk of recordsOf(path, from, (text, at) => text.indexOf('\n', at))) {
    if (rows.length === rowsMax) return { rows, next }
    rows.push([chunk.text])
    next = chunk.end
  }
  return { rows }
}

async function readCsv(
  path: string,
  { from, rowsMax }: { readonly from: number; readonly rowsMax: number },
): Promise<ResultPage> {
  const rows: Array<Array<string | null>> = []
  let next = from
  for await (const chunk of recordsOf(path, from, endOfCsvRow)) {
    if (rows.length === rowsMax) return { rows, next }
    rows.push(parseCsvRow(chunk.text))
    next = chunk.end
  }
  return { rows }
}

/** The records of a file, each ended by what `endOf` finds (its place, -1 while there is none). */
async function* recordsOf(
  path: string,
  from: number,
  endOf: (text: string, at: number) => number,
): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  const file = await open(path)
  try {
    // Bytes as Latin-1, so that a place in the text is a place in the file.
    let text = ''
    let position = from
    for (;;) {
      const { bytesRead, buffer } = await file.read(
        Buffer.alloc(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        position + text.length,
      )
      text += buffer.toString('latin1', 0, bytesRead)
      let start = 0
      for (let end = endOf(text, start); end >= 0; end = endOf(text, start)) {
        yield { text: decode(text.slice(start, end)), end: position + end + 1 }
        start = end + 1
      }
      text = text.slice(start)
      position += start
      if (bytesRead > 0) continue
      if (text !== '') yield { text: decode(text), end: position + text.length }
      return
    }
  } finally {
    await file.close()
  }
}

function decode(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

/** A line break outside of quotes. */
function endOfCsvRow(text: string, from: number): number {
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (code === LINE_FEED && !quoted) return at
  }
  return -1
}

const QUOTE = 0x22
const LINE_FEED = 0x0a

/** Every value is quoted; what is not is null. */
function parseCsvRow(line: string): Array<string | null> {
  const values: Array<string | null> = []
  let at = 0
  for (;;) {
    if (line[at] !== '"') values.push(null)
    else {
      let end = line.indexOf('"', at + 1)
      while (line[end + 1] === '"') end = line.indexOf('"', end + 2)
      values.push(line.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
    }
    if (line[at] !== ',') return values
    at++
  }
}
