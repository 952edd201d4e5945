import { ServiceError } from '../../../base/errors.ts'
import type { Booster } from '../xgboost/booster.ts'
import { marginsOf, transformMargins } from '../xgboost/booster.ts'
import { bestClass } from '../xgboost/evaluation.ts'
import type { FeatureMatrix } from '../xgboost/feature-matrix.ts'
import { DataError, parseCsv, parseLibsvm } from '../xgboost/feature-matrix.ts'

export interface Scored {
  readonly body: string
  readonly contentType: string
}

/** Rows scored in one go, between two turns of the event loop. */
const ROWS_A_TURN = 1000

/**
 * Scores a request body as the built-in XGBoost container does: CSV or LIBSVM without labels in;
 * CSV (a line a row), or JSON `{"predictions":[{"score":…}]}` out.
 */
export async function scoreBody(
  booster: Booster,
  body: Uint8Array,
  contentType: string,
  accept: string,
): Promise<Scored> {
  const data = widen(booster, parseBody(Buffer.from(body).toString('utf8'), contentType))
  const rows = await scoreRows(booster, data)
  if (/^application\/json/.test(accept)) {
    const predictions = rows.map((score) => ({ score }))
    return { body: JSON.stringify({ predictions }), contentType: 'application/json' }
  }
  if (!/^(text\/csv|\*\/\*|$)/.test(accept)) {
    throw modelError(
      406,
      `Accept type ${accept} is not supported; text/csv and application/json are.`,
    )
  }
  const lines = rows.map((row) => (Array.isArray(row) ? row.join(',') : String(row)))
  return { body: `${lines.join('\n')}\n`, contentType: 'text/csv; charset=utf-8' }
}

function parseBody(text: string, contentType: string): FeatureMatrix {
  const sources = [{ name: 'the request', text }]
  try {
    if (/^text\/csv/.test(contentType)) return parseCsv(sources, false)
    if (/^text\/(x-)?libsvm/.test(contentType)) return parseLibsvm(sources, false)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw modelError(415, `Unable to evaluate payload provided: ${error.message}`)
  }
  throw modelError(
    415,
    `Content-type ${contentType} is not supported; text/csv and text/libsvm are.`,
  )
}

/** A row may lack trailing columns (LIBSVM); too many are refused. */
function widen({ columnCount }: Booster, data: FeatureMatrix): FeatureMatrix {
  if (data.rowCount === 0)
    throw modelError(400, 'Unable to evaluate payload provided: it has no rows.')
  if (data.columnCount === columnCount) return data
  if (data.columnCount > columnCount) {
    throw modelError(
      400,
      `Unable to evaluate payload provided: Feature size of csv inference data ${data.columnCount} is not consistent with feature size of trained model ${columnCount}.`,
    )
  }
  const values = new Float32Array(data.rowCount * columnCount).fill(Number.NaN)
  for (let row = 0; row < data.rowCount; row++) {
    const start = row * data.columnCount
    values.set(data.values.subarray(start, start + data.columnCount), row * columnCount)
  }
  return { ...data, columnCount, values }
}

async function scoreRows(booster: Booster, data: FeatureMatrix): Promise<(number | number[])[]> {
  const rows: (number | number[])[] = []
  for (let from = 0; from < data.rowCount; from += ROWS_A_TURN) {
    const rowCount = Math.min(ROWS_A_TURN, data.rowCount - from)
    const start = from * data.columnCount
    const values = data.values.subarray(start, start + rowCount * data.columnCount)
    const scored = transformMargins(booster, marginsOf(booster, { ...data, rowCount, values }))
    for (let row = 0; row < rowCount; row++) rows.push(answerOf(booster, scored, row))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return rows
}

function answerOf({ objective, classCount }: Booster, scored: Float64Array, row: number) {
  if (objective === 'multi:softmax') return bestClass(scored, row, classCount)
  if (classCount > 1) return [...scored.subarray(row * classCount, (row + 1) * classCount)]
  return scored[row] ?? 0
}

/** What the container answers in place of a score, as InvokeEndpoint passes it on. */
function modelError(status: number, message: string): ServiceError {
  return new ServiceError(
    'ModelError',
    `Received client error (${status}) from primary with message "${message}".`,
    { status: 424, fields: { OriginalStatusCode: status, OriginalMessage: message } },
  )
}
