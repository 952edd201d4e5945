import type { GetQueryResultsCommandOutput, QueryExecution } from '@aws-sdk/client-athena'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { client, clientConfig, newAccount } from '../../support/client.ts'

/** An account with a bucket for data and results, and the shortest way to ask it something. */
export async function openAthena() {
  const account = newAccount()
  const athena = client(AthenaClient, { account })
  const s3 = new S3Client({ ...clientConfig({ account }), forcePathStyle: true })
  const bucket = `athena-${account}`
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const output = `s3://${bucket}/results/`

  async function put(key: string, body: string | Uint8Array): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
  }

  async function object(uri: string): Promise<Buffer> {
    const [, name, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }

  async function start(
    sql: string,
    more: Partial<ConstructorParameters<typeof StartQueryExecutionCommand>[0]> = {},
  ): Promise<string> {
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        ResultConfiguration: { OutputLocation: output },
        ...more,
      }),
    )
    return QueryExecutionId ?? ''
  }

  async function execution(id: string): Promise<QueryExecution> {
    const answer = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
    return answer.QueryExecution ?? {}
  }

  /** Waits for the end, whatever it is. */
  async function ended(id: string): Promise<QueryExecution> {
    for (const startedMs = performance.now(); performance.now() - startedMs < 30_000; ) {
      const found = await execution(id)
      if (/SUCCEEDED|FAILED|CANCELLED/.test(found.Status?.State ?? '')) return found
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the query ${id} has not ended in time`)
  }

  async function results(id: string): Promise<GetQueryResultsCommandOutput> {
    return athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }))
  }

  /** Runs to success; answers the rows (of a SELECT without its header) and the execution. */
  async function run(
    sql: string,
    more: Partial<ConstructorParameters<typeof StartQueryExecutionCommand>[0]> = {},
  ) {
    const id = await start(sql, more)
    const done = await ended(id)
    expect([sql, done.Status?.State, done.Status?.StateChangeReason]).toEqual([
      sql,
      'SUCCEEDED',
      undefined,
    ])
    const { ResultSet, UpdateCount } = await results(id)
    const all = (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
      Data.map(({ VarCharValue }) => VarCharValue ?? null),
    )
    const isSelect = done.SubstatementType === 'SELECT'
    return {
      id,
      execution: done,
      header: isSelect ? all[0] : undefined,
      rows: isSelect ? all.slice(1) : all,
      columns: ResultSet?.ResultSetMetadata?.ColumnInfo ?? [],
      updateCount: UpdateCount,
      scanned: done.Statistics?.DataScannedInBytes ?? 0,
    }
  }

  /** Runs to its failure; answers why. */
  async function failure(sql: string): Promise<string | undefined> {
    const done = await ended(await start(sql))
    expect([sql, done.Status?.State]).toEqual([sql, 'FAILED'])
    return done.Status?.StateChangeReason
  }

  return {
    account,
    athena,
    s3,
    bucket,
    output,
    put,
    object,
    start,
    execution,
    ended,
    results,
    run,
    failure,
  }
}
