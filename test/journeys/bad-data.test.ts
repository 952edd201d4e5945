import {
  AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  GetCrawlerCommand,
  GetJobRunCommand,
  GetTablesCommand,
  GlueClient,
  StartCrawlerCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { BadInputServer } from '../support/bad-input.ts'
import { startForBadInput } from '../support/bad-input.ts'
import type { Lake } from '../support/lake.ts'
import { createLake } from '../support/lake.ts'

/** Records, scripts, queries and files that are broken: what is good beside them goes on. */

let server: BadInputServer
let lake: Lake
let glue: GlueClient
let athena: AthenaClient

beforeAll(async () => {
  server = await startForBadInput()
  lake = await createLake(server)
  glue = new GlueClient(server.config)
  athena = new AthenaClient(server.config)
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'work' } }))
})

beforeEach(() => () => server.expectAlive())

afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

test('a record that does not fit its table is kept apart, the others become Parquet', async () => {
  await glue.send(
    new CreateTableCommand({
      DatabaseName: 'work',
      TableInput: {
        Name: 'typed',
        StorageDescriptor: {
          Location: `s3://${lake.Bucket}/typed/`,
          Columns: [{ Name: 'id', Type: 'bigint' }],
          InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          SerdeInfo: {
            SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
          },
        },
      },
    }),
  )
  await lake.deliver('typed', {
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 1 },
    DataFormatConversionConfiguration: {
      SchemaConfiguration: { DatabaseName: 'work', TableName: 'typed', RoleARN: lake.RoleARN },
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
    },
  })
  const bomb = '{"id":'.repeat(10_000)
  await lake.send('typed', ['{"id": 1}', 'no json', '{"id": "x"}', bomb, '{"id": 2}'])
  await expect
    .poll(async () => (await lake.failedRecords('typed-errors/')).length, { timeout: 30_000 })
    .toBe(3)
  await expect.poll(() => lake.contents('typed/'), { timeout: 10_000 }).toMatch(/^PAR1/)
  expect(await answerOf('SELECT sum(id) FROM typed')).toBe('"_col0"\n"3"\n')
})

async function runOf(JobName: string) {
  const { JobRunId: RunId = '' } = await glue.send(new StartJobRunCommand({ JobName }))
  const read = async () => (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun
  await expect
    .poll(async () => (await read())?.JobRunState, { timeout: 60_000 })
    .toMatch(/^(SUCCEEDED|FAILED|STOPPED|TIMEOUT|ERROR)$/)
  return read()
}

test('a job script with a syntax error fails by its reason, and runs once it is mended', async () => {
  await lake.put('broken.py', 'print("one"\nprint("two"\n')
  await glue.send(
    new CreateJobCommand({
      Name: 'broken',
      Role: 'job-role',
      Command: {
        Name: 'pythonshell',
        ScriptLocation: `s3://${lake.Bucket}/broken.py`,
        PythonVersion: '3.9',
      },
    }),
  )
  expect(await runOf('broken')).toMatchObject({
    JobRunState: 'FAILED',
    ErrorMessage: expect.stringMatching(/SyntaxError/),
  })
  await lake.put('broken.py', 'print("one")\n')
  expect(await runOf('broken')).toMatchObject({ JobRunState: 'SUCCEEDED' })
  await lake.put('broken.py', 'import os\nos._exit(7)\n')
  expect(await runOf('broken')).toMatchObject({
    JobRunState: 'FAILED',
    ErrorMessage: expect.stringContaining('7'),
  })
})

async function query(QueryString: string) {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString,
      QueryExecutionContext: { Database: 'work' },
      ResultConfiguration: { OutputLocation: `s3://${lake.Bucket}/answers/` },
    }),
  )
  const read = async () =>
    (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution
  await expect
    .poll(async () => (await read())?.Status?.State, { timeout: 30_000 })
    .toMatch(/^(SUCCEEDED|FAILED|CANCELLED)$/)
  return read()
}

async function answerOf(sql: string): Promise<string> {
  const execution = await query(sql)
  expect(execution?.Status).toMatchObject({ State: 'SUCCEEDED' })
  const [, Key = ''] =
    execution?.ResultConfiguration?.OutputLocation?.split(`${lake.Bucket}/`) ?? []
  return lake.textOf(Key)
}

test.each([
  ['no SQL', 'SELEC 1', /SYNTAX_ERROR|mismatched input/],
  ['half a query', 'SELECT (', /SYNTAX_ERROR|mismatched input/],
  ['an unknown table', 'SELECT * FROM nowhere', /TABLE_NOT_FOUND/],
  ['an unknown column', 'SELECT nothing FROM (SELECT 1 AS a)', /COLUMN_NOT_FOUND/],
  ['a division by zero', 'SELECT 1 / a FROM (VALUES (0)) AS t (a)', /DIVISION_BY_ZERO/],
])('%s is told by Athena, and the next query works', async (_what, sql, reason) => {
  const tell = async () => (await query(sql))?.Status
  // AWS: what does not even parse is refused by StartQueryExecution itself.
  const told = await tell().catch((error: Error) => {
    expect(error.name).toBe('InvalidRequestException')
    return { StateChangeReason: error.message, State: 'FAILED' }
  })
  expect(told?.State).toBe('FAILED')
  expect(told?.StateChangeReason).toMatch(reason)
  expect(await answerOf('SELECT 1 AS one')).toBe('"one"\n"1"\n')
})

test('a crawler leaves what it cannot read and finds the rest', async () => {
  await lake.put('crawl/good/a.json', '{"id": 1}\n')
  await lake.put('crawl/bomb/a.json', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
  await lake.put('crawl/torn/a.json.gz', Buffer.from('1f8b0800000000000003abaa', 'hex'))
  await lake.put('crawl/torn-parquet/a.parquet', 'PAR1 nothing of it is true PAR1')
  await lake.put('crawl/zeroes/a', Buffer.alloc(100_000))
  await lake.put('crawl/empty/a.csv', '')
  await lake.put('crawl/line/a.csv', ','.repeat(200_000))
  await glue.send(
    new CreateCrawlerCommand({
      Name: 'poisoned',
      Role: 'crawler',
      DatabaseName: 'work',
      TablePrefix: 'found_',
      Targets: { S3Targets: [{ Path: `s3://${lake.Bucket}/crawl/` }] },
    }),
  )
  await glue.send(new StartCrawlerCommand({ Name: 'poisoned' }))
  const read = async () => (await glue.send(new GetCrawlerCommand({ Name: 'poisoned' }))).Crawler
  await expect.poll(async () => (await read())?.State, { timeout: 60_000 }).toBe('READY')
  expect((await read())?.LastCrawl).toMatchObject({ Status: 'SUCCEEDED' })
  const { TableList = [] } = await glue.send(new GetTablesCommand({ DatabaseName: 'work' }))
  const good = TableList.find(({ Name }) => Name === 'found_good')
  expect(good?.StorageDescriptor?.Columns).toEqual([{ Name: 'id', Type: 'int' }])
})
