/**
 * Rows to train on or to score: labels apart, features row by row; NaN stands for a missing value,
 * as in XGBoost.
 */
export interface FeatureMatrix {
  readonly rowCount: number
  readonly columnCount: number
  /** `rowCount * columnCount` values. */
  readonly values: Float32Array
  /** Empty when the rows carry no label. */
  readonly labels: Float32Array
}

/** The data is not what its content type says; the text names file and line for the user. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

export interface SourceText {
  /** For messages. */
  readonly name: string
  readonly text: string
}

const COMMA = 44
const CARRIAGE_RETURN = 13

/**
 * CSV without a header; with `labeled`, the first column is the label. An empty field is a missing
 * value (SageMaker Developer Guide, "Input/Output interface for the XGBoost algorithm").
 */
export function parseCsv(sources: ReadonlyArray<SourceText>, labeled: boolean): FeatureMatrix {
  const values = new FloatBuffer()
  const labels = new FloatBuffer()
  let width = -1
  let rowCount = 0
  for (const { name, text } of sources) {
    let line = 0
    for (let start = 0; start < text.length; ) {
      let end = text.indexOf('\n', start)
      if (end < 0) end = text.length
      line++
      const stop = text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end
      if (stop > start) {
        const found = readCsvLine(text, start, stop, labeled, labels, values, `${name}:${line}`)
        if (width >= 0 && found !== width) {
          throw new DataError(`${name}:${line}: ${found} columns, but ${width} in the rows before`)
        }
        width = found
        rowCount++
      }
      start = end + 1
    }
  }
  return matrix(rowCount, labeled ? width - 1 : width, values, labels)
}

function readCsvLine(
  text: string,
  start: number,
  stop: number,
  labeled: boolean,
  labels: FloatBuffer,
  values: FloatBuffer,
  where: string,
): number {
  let columns = 0
  for (let at = start; at <= stop; ) {
    let end = at
    while (end < stop && text.charCodeAt(end) !== COMMA) end++
    const value = end === at ? Number.NaN : parseNumber(text.slice(at, end), where)
    if (labeled && columns === 0) labels.push(value)
    else values.push(value)
    columns++
    at = end + 1
  }
  return columns
}

/** LIBSVM: `label index:value …`; an index that is not named is missing. */
export function parseLibsvm(sources: ReadonlyArray<SourceText>, labeled: boolean): FeatureMatrix {
  const rows: { index: number; value: number }[][] = []
  const labels = new FloatBuffer()
  let columnCount = 0
  for (const { name, text } of sources) {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue
      const where = `${name}:${index + 1}`
      const parts = line.trim().split(/\s+/)
      if (labeled) labels.push(parseNumber(parts.shift() ?? '', where))
      const row = parts.map((part) => {
        const [left = '', right = ''] = part.split(':')
        if (!/^\d+$/.test(left)) throw new DataError(`${where}: '${part}' is not index:value`)
        return { index: Number(left), value: parseNumber(right, where) }
      })
      for (const entry of row) columnCount = Math.max(columnCount, entry.index + 1)
      rows.push(row)
    }
  }
  const values = new Float32Array(rows.length * columnCount).fill(Number.NaN)
  for (const [at, row] of rows.entries()) {
    for (const { index, value } of row) values[at * columnCount + index] = value
  }
  return { rowCount: rows.length, columnCount, values, labels: labels.take() }
}

function parseNumber(text: string, where: string): number {
  const trimmed = text.trim()
  if (trimmed === '' || /^(nan|na|null)$/i.test(trimmed)) return Number.NaN
  const value = Number(trimmed)
  if (Number.isNaN(value)) {
    throw new DataError(
      `${where}: '${text.slice(0, 50)}' is not a number; the data must have no header`,
    )
  }
  return value
}

function matrix(
  rowCount: number,
  columnCount: number,
  values: FloatBuffer,
  labels: FloatBuffer,
): FeatureMatrix {
  return {
    rowCount,
    columnCount: Math.max(columnCount, 0),
    values: values.take(),
    labels: labels.take(),
  }
}

/** A Float32Array that grows. */
class FloatBuffer {
  private floats = new Float32Array(1024)
  private length = 0

  push(value: number): void {
    if (this.length === this.floats.length) {
      const larger = new Float32Array(this.length * 2)
      larger.set(this.floats)
      this.floats = larger
    }
    this.floats[this.length++] = value
  }

  take(): Float32Array {
    return this.floats.slice(0, this.length)
  }
}
