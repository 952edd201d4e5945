import { gzipSync } from 'node:zlib'
import {
  BatchGetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  ListQueryExecutionsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { beforeAll, describe, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

const EVENTS = `CREATE EXTERNAL TABLE events (userId bigint, name string, amount double,
    items array<struct<sku:string,price:double>>, counts map<string,int>)
  PARTITIONED BY (dt string, hr int)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'`

const first = [
  '{"userId":1,"name":"ann","amount":1.5,"items":[{"SKU":"s1","price":2}],"counts":{"k":1}}',
  '{"USERID":2,"name":"bob \\"b\\", jr."}',
].join('\n')
const second = gzipSync('{"userId":3,"amount":1e10}\n')
const third = '{"userId":4}\n'

beforeAll(async () => {
  session = await openAthena()
  const { put, run, bucket } = session
  await run('CREATE DATABASE shop')
  await put('events/dt=2026-01-01/hr=1/a.json', first)
  await put('events/dt=2026-01-01/hr=2/a.json.gz', second)
  await put('events/dt=2026-01-02/hr=1/a.json', third)
  await put('events/dt=2026-01-02/hr=1/_SUCCESS', 'not data')
  await run(`${EVENTS} LOCATION 's3://${bucket}/events/'`, inShop)
  await run('MSCK REPAIR TABLE shop.events')
})

const inShop = { QueryExecutionContext: { Database: 'shop' } }

describe('a SELECT', () => {
  test('reads every object of the table, whatever the case of its keys', async () => {
    const { header, rows } = await session.run('SELECT * FROM events ORDER BY userid', inShop)
    expect(header).toEqual(['userid', 'name', 'amount', 'items', 'counts', 'dt', 'hr'])
    expect(rows).toEqual([
      ['1', 'ann', '1.5', '[{sku=s1, price=2.0}]', '{k=1}', '2026-01-01', '1'],
      ['2', 'bob "b", jr.', null, null, null, '2026-01-01', '1'],
      ['3', null, '1.0E10', null, null, '2026-01-01', '2'],
      ['4', null, null, null, null, '2026-01-02', '1'],
    ])
  })

  test('writes its rows to <id>.csv, all quoted but null, with the metadata beside it', async () => {
    const sql = "SELECT 1 AS a, 'x\"y' AS b, CAST(NULL AS varchar) AS c, '' AS d"
    const { id, execution } = await session.run(sql)
    const location = execution.ResultConfiguration?.OutputLocation ?? ''
    expect(location).toBe(`${session.output}${id}.csv`)
    expect((await session.object(location)).toString()).toBe('"a","b","c","d"\n"1","x""y",,""\n')
    expect((await session.object(`${location}.metadata`)).includes('varchar')).toBe(true)
  })

  test('scans only the partitions that it may need, and says how many bytes', async () => {
    const size = { first: Buffer.byteLength(first), second: second.length, third: third.length }
    const scanned = async (where: string) =>
      (await session.run(`SELECT count(*), sum(amount) FROM events ${where}`, inShop)).scanned
    expect(await scanned('')).toBe(size.first + size.second + size.third)
    expect(await scanned("WHERE dt = '2026-01-02'")).toBe(size.third)
    expect(await scanned("WHERE dt = '2026-01-01' AND hr = 2")).toBe(size.second)
    expect(await scanned('WHERE hr BETWEEN 1 AND 1')).toBe(size.first + size.third)
    expect(await scanned("WHERE dt = '2099-01-01'")).toBe(0)
  })

  test('knows the object that a row comes from', async () => {
    const sql = 'SELECT "$path", count(*) AS n FROM shop.events WHERE hr = 2 GROUP BY 1'
    expect((await session.run(sql)).rows).toEqual([
      [`s3://${session.bucket}/events/dt=2026-01-01/hr=2/a.json.gz`, '1'],
    ])
  })

  test('unnests arrays of rows and maps, joins, windows and aggregates', async () => {
    const sql = `WITH bought AS (
        SELECT userid, sku, price FROM shop.events CROSS JOIN UNNEST(items) AS i(sku, price))
      SELECT b.sku, count(*) OVER () AS n, k, v, e.items[1].price
      FROM bought b JOIN shop.events e ON e.userid = b.userid CROSS JOIN UNNEST(e.counts) AS c(k, v)`
    const { header, rows } = await session.run(sql)
    expect(header).toEqual(['sku', 'n', 'k', 'v', 'price'])
    expect(rows).toEqual([['s1', '1', 'k', '1', '2.0']])
  })

  test('names types as Athena does', async () => {
    const { columns } = await session.run(
      `SELECT 1, BIGINT '1', 1.5, 'a', true, DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00',
         CAST(1 AS decimal(5,2)), ARRAY[1], MAP(ARRAY[1], ARRAY[2]), ROW(1), CAST(1 AS json), X'00'`,
    )
    expect(columns.map(({ Name, Type, Precision }) => [Name, Type, Precision])).toEqual([
      ['_col0', 'integer', 10],
      ['_col1', 'bigint', 19],
      ['_col2', 'double', 17],
      ['_col3', 'varchar', 2_147_483_647],
      ['_col4', 'boolean', 0],
      ['_col5', 'date', 0],
      ['_col6', 'timestamp', 3],
      ['_col7', 'decimal', 5],
      ['_col8', 'array', 0],
      ['_col9', 'map', 0],
      ['_col10', 'row', 0],
      ['_col11', 'json', 0],
      ['_col12', 'varbinary', 1_073_741_824],
    ])
    expect(columns[3]).toMatchObject({
      CatalogName: 'hive',
      Nullable: 'UNKNOWN',
      CaseSensitive: true,
    })
  })

  test('takes parameters as values', async () => {
    const sql = 'SELECT userid FROM events WHERE dt = ? AND userid > ?'
    const values = { ...inShop, ExecutionParameters: ["'2026-01-01'", '2'] }
    const { rows, execution } = await session.run(sql, values)
    expect(rows).toEqual([['3']])
    expect(execution.ExecutionParameters).toEqual(["'2026-01-01'", '2'])
    const injected = { ...inShop, ExecutionParameters: ["'x'", '1 OR 1=1'] }
    await expect(session.start(sql, injected)).rejects.toThrow("mismatched input 'OR'")
  })

  test('answers about the catalog itself', async () => {
    const { rows } = await session.run(
      `SELECT column_name, data_type FROM information_schema.columns
       WHERE table_schema = 'shop' AND table_name = 'events' AND ordinal_position IN (1, 6) ORDER BY 1`,
    )
    expect(rows).toEqual([
      ['dt', 'varchar'],
      ['userid', 'bigint'],
    ])
  })
})

describe('results', () => {
  test('come in pages of at most 1,000 rows, the header among the first', async () => {
    const { id } = await session.run("SELECT x, 'ü\n\"' || x FROM UNNEST(ARRAY['1']) AS t(x)")
    expect((await session.results(id)).ResultSet?.Rows?.[1]?.Data).toEqual([
      { VarCharValue: '1' },
      { VarCharValue: 'ü\n"1' },
    ])
    const many = await session.run('SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x')
    const sizes: number[] = []
    const last: Array<string | undefined> = []
    let token: string | undefined
    do {
      const page = await session.athena.send(
        new GetQueryResultsCommand({ QueryExecutionId: many.id, NextToken: token }),
      )
      sizes.push(page.ResultSet?.Rows?.length ?? 0)
      last.push(page.ResultSet?.Rows?.at(-1)?.Data?.[0]?.VarCharValue)
      token = page.NextToken
    } while (token)
    expect(sizes).toEqual([1000, 1000, 501])
    expect(last).toEqual(['999', '1999', '2500'])
  })

  test('pages keep to MaxResults, up to 1,000', async () => {
    const { id } = await session.run('VALUES 1, 2')
    const ask = (MaxResults: number) =>
      session.athena.send(new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults }))
    expect((await ask(1)).ResultSet?.Rows).toHaveLength(1)
    expect((await ask(1000)).ResultSet?.Rows).toHaveLength(3)
    await expect(ask(1001)).rejects.toThrow('less than or equal to 1000')
    const bad = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: 'nonsense' })
    await expect(session.athena.send(bad)).rejects.toThrow('invalid')
  })

  test('of a query that has not succeeded are refused', async () => {
    const id = await session.start('SELECT 1 / 0')
    await session.ended(id)
    await expect(session.results(id)).rejects.toThrow(
      'Query did not finish successfully. Final query state: FAILED',
    )
    const unknown = '00000000-0000-4000-8000-000000000000'
    await expect(session.results(unknown)).rejects.toThrow(
      `QueryExecution ${unknown} was not found`,
    )
  })
})

describe('a query that cannot succeed fails in the words of Athena', () => {
  test.each([
    [
      'SELECT nope FROM shop.events',
      "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved",
    ],
    [
      'SELECT * FROM shop.nope',
      "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop.nope' does not exist",
    ],
    ['SELECT * FROM nope.t', "SCHEMA_NOT_FOUND: line 1:15: Schema 'nope' does not exist"],
    [
      'SELECT * FROM other.shop.events',
      "CATALOG_NOT_FOUND: line 1:15: Catalog 'other' does not exist",
    ],
    ['SELECT 1 / 0', 'DIVISION_BY_ZERO: Division by zero'],
    ["SELECT CAST('x' AS integer)", 'INVALID_CAST_ARGUMENT'],
    ['SELECT nosuch(1)', 'nosuch() is not supported by Headrace yet'],
    ["SELECT read_text('/etc/passwd')", 'read_text() is not supported by Headrace yet'],
  ])('%s', async (sql, reason) => {
    expect(await session.failure(sql)).toContain(reason)
  })

  test('with the category and type of the error', async () => {
    const done = await session.ended(await session.start('SELECT * FROM shop.nope'))
    expect(done.Status?.AthenaError).toEqual({
      ErrorCategory: 2,
      ErrorType: 1301,
      Retryable: false,
      ErrorMessage: done.Status?.StateChangeReason,
    })
    expect(done.Status?.CompletionDateTime).toBeInstanceOf(Date)
  })
})

describe('what is no query is refused at once', () => {
  const start = (input: object) =>
    session.athena.send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1', ...input }))

  test.each([
    ['SELEC 1', "line 1:1: mismatched input 'SELEC'"],
    ['SELECT FROM t', "line 1:8: mismatched input 'FROM'"],
    ['MERGE INTO t USING s ON true', 'MERGE is not supported by Headrace yet'],
    ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS true)', 'MATCH_RECOGNIZE is not'],
  ])('%s', async (sql, message) => {
    const refused = session.start(sql)
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidRequestException',
      AthenaErrorCode: 'MALFORMED_QUERY',
      message: expect.stringContaining(message),
    })
  })

  test('without a place for its result, or with one that is not there', async () => {
    await expect(start({})).rejects.toThrow('No output location provided.')
    const to = (OutputLocation: string) => start({ ResultConfiguration: { OutputLocation } })
    await expect(to('s3://no-such-bucket-here/x')).rejects.toThrow('output bucket')
    await expect(to('file:///tmp')).rejects.toThrow('not a valid S3 path')
  })

  test('in a workgroup or catalog that is not there, or with settings that are not built', async () => {
    const ResultConfiguration = { OutputLocation: session.output }
    const more = (input: object) => start({ ResultConfiguration, ...input })
    await expect(more({ WorkGroup: 'nope' })).rejects.toThrow('WorkGroup nope is not found.')
    const other = { QueryExecutionContext: { Catalog: 'other' } }
    await expect(more(other)).rejects.toMatchObject({ AthenaErrorCode: 'DATACATALOG_NOT_FOUND' })
    const reuse = {
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true } },
    }
    await expect(more(reuse)).rejects.toThrow('ResultReuseConfiguration is not supported')
    const EncryptionConfiguration = { EncryptionOption: 'SSE_KMS' as const }
    const encrypted = { ResultConfiguration: { ...ResultConfiguration, EncryptionConfiguration } }
    await expect(start(encrypted)).rejects.toThrow('SSE_KMS is not supported')
  })
})

describe('executions', () => {
  test('show what ran, where and how long', async () => {
    const { execution, id } = await session.run('SELECT 1', inShop)
    expect(execution).toMatchObject({
      QueryExecutionId: id,
      Query: 'SELECT 1',
      StatementType: 'DML',
      SubstatementType: 'SELECT',
      WorkGroup: 'primary',
      QueryExecutionContext: { Database: 'shop' },
      EngineVersion: { EffectiveEngineVersion: 'Athena engine version 3' },
      Statistics: {
        DataScannedInBytes: 0,
        ResultReuseInformation: { ReusedPreviousResult: false },
      },
    })
    expect(execution.Statistics?.TotalExecutionTimeInMillis).toBeGreaterThan(0)
    const statistics = await session.athena.send(
      new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: id }),
    )
    expect(statistics.QueryRuntimeStatistics?.Timeline?.TotalExecutionTimeInMillis).toBe(
      execution.Statistics?.TotalExecutionTimeInMillis,
    )
  })

  test('one token starts one execution', async () => {
    const token = { ClientRequestToken: `token-${'x'.repeat(32)}` }
    const [one, two] = [
      await session.start('SELECT 1', token),
      await session.start('SELECT 1', token),
    ]
    expect(one).toBe(two)
    await expect(session.start('SELECT 2', token)).rejects.toThrow(
      'Idempotent parameters do not match',
    )
  })

  test('a running query is stopped for good', async () => {
    const id = await session.start(
      `SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x), UNNEST(sequence(1, 10000)) AS b(y),
         UNNEST(sequence(1, 10000)) AS c(z) WHERE x % 7 = y % 11 + z % 3`,
    )
    await expect
      .poll(async () => (await session.execution(id)).Status?.State, { timeout: 20_000 })
      .toBe('RUNNING')
    await session.athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    expect((await session.execution(id)).Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: 'Query cancelled by user',
    })
    await session.athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    expect((await session.run('SELECT 1')).rows).toEqual([['1']])
  })

  test('are listed newest first, in pages, and fetched together', async () => {
    const { id } = await session.run('SELECT 7')
    const page = await session.athena.send(new ListQueryExecutionsCommand({ MaxResults: 2 }))
    expect(page.QueryExecutionIds?.[0]).toBe(id)
    expect(page.QueryExecutionIds).toHaveLength(2)
    const next = await session.athena.send(
      new ListQueryExecutionsCommand({ MaxResults: 2, NextToken: page.NextToken }),
    )
    expect(page.QueryExecutionIds).not.toContain(next.QueryExecutionIds?.[0])
    const batch = await session.athena.send(
      new BatchGetQueryExecutionCommand({ QueryExecutionIds: [id, 'unknown'] }),
    )
    expect(batch.QueryExecutions?.map(({ Query }) => Query)).toEqual(['SELECT 7'])
    expect(batch.UnprocessedQueryExecutionIds?.[0]?.QueryExecutionId).toBe('unknown')
  })
})
