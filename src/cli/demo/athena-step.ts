import type { QueryExecutionStatistics } from '@aws-sdk/client-athena'
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { names, prefixes } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { waitUntil } from './pipeline.ts'

export interface Answer {
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly statistics: QueryExecutionStatistics
}

/** Runs one statement to its end, as any Athena client does. Throws Athena's reason on failure. */
export async function query(pipeline: Pipeline, sql: string): Promise<Answer> {
  const { athena } = pipeline.clients
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: names.database, Catalog: 'AwsDataCatalog' },
      ResultConfiguration: { OutputLocation: `s3://${names.bucket}/${prefixes.athena}` },
    }),
  )
  const execution = await waitUntil(pipeline, 'a query', async () => {
    const answer = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const state = answer.QueryExecution?.Status?.State
    return state === 'QUEUED' || state === 'RUNNING' ? undefined : answer.QueryExecution
  })
  if (execution.Status?.State !== 'SUCCEEDED') {
    throw new Error(`${execution.Status?.StateChangeReason} in: ${sql}`)
  }
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
  const rows = (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
    Data.map((cell) => cell.VarCharValue ?? ''),
  )
  return { header: rows[0] ?? [], rows: rows.slice(1), statistics: execution.Statistics ?? {} }
}

/** The single number that a statement answers. */
export async function queryNumber(pipeline: Pipeline, sql: string): Promise<number> {
  const { rows } = await query(pipeline, sql)
  return Number(rows[0]?.[0])
}

/** Waits until the Parquet files below events/ hold so many transactions; answers what they hold. */
export function waitForEvents(pipeline: Pipeline, expected: number): Promise<number> {
  const sql = `SELECT count(DISTINCT transaction_id) FROM ${names.schemaDatabase}.${names.schemaTable}`
  return waitUntil(
    pipeline,
    `${expected} payments in s3://${names.bucket}/${prefixes.events}`,
    async () => {
      const count = await queryNumber(pipeline, sql)
      pipeline.display.progress(`${count} of ${expected} payments in events/`)
      return count >= expected ? count : undefined
    },
    { everyMs: 1000, timeoutMs: 300_000 },
  )
}

export const featureColumns = [
  'amount_normalized',
  'amount_to_mean',
  'amount_to_limit',
  'hour',
  'is_weekend',
  'terminal_payments',
  'terminal_risk',
] as const

/** Writes one part of the processed table as headerless columns, the label first: training data. */
export async function unload(pipeline: Pipeline, where: string, prefix: string): Promise<void> {
  const columns = featureColumns.map((name) => `CAST(${name} AS double) AS ${name}`).join(', ')
  await query(
    pipeline,
    `UNLOAD (SELECT CAST(tx_fraud AS double) AS tx_fraud, ${columns} FROM processed WHERE ${where})
     TO 's3://${names.bucket}/${prefix}' WITH (format = 'PARQUET', compression = 'SNAPPY')`,
  )
}
