import { gzipSync } from 'node:zlib'
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  BatchGetCrawlersCommand,
  CreateClassifierCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  DeleteClassifierCommand,
  DeleteCrawlerCommand,
  GetClassifierCommand,
  GetClassifiersCommand,
  GetCrawlerCommand,
  GetCrawlerMetricsCommand,
  GetCrawlersCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  GlueClient,
  ListCrawlersCommand,
  ListCrawlsCommand,
  StartCrawlerCommand,
  StartCrawlerScheduleCommand,
  StopCrawlerCommand,
  StopCrawlerScheduleCommand,
  UpdateClassifierCommand,
  UpdateCrawlerCommand,
  UpdateCrawlerScheduleCommand,
} from '@aws-sdk/client-glue'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

let glue: GlueClient
let s3: S3Client
const Bucket = `crawl-${fileAccount()}`

beforeAll(async () => {
  glue = client(GlueClient)
  s3 = client(S3Client, { forcePathStyle: true } as object)
  await s3.send(new CreateBucketCommand({ Bucket }))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
})

const put = (Key: string, body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: body }))

const target = (prefix: string) => ({ S3Targets: [{ Path: `s3://${Bucket}/${prefix}` }] })

async function create(Name: string, prefix: string, more = {}) {
  await glue.send(
    new CreateCrawlerCommand({
      Name,
      Role: 'crawler',
      DatabaseName: 'lake',
      Targets: target(prefix),
      ...more,
    }),
  )
}

async function crawl(Name: string) {
  await glue.send(new StartCrawlerCommand({ Name }))
  await expect.poll(async () => (await get(Name))?.State, { timeout: 20_000 }).toBe('READY')
  return (await get(Name))?.LastCrawl
}

const get = async (Name: string) => (await glue.send(new GetCrawlerCommand({ Name }))).Crawler

test('a crawl finds table, types, format and partitions of what is in the bucket', async () => {
  await put(
    'raw/year=2018/month=05/a.json.gz',
    gzipSync('{"id": 1, "amount": 2.5, "o": {"k": "x"}}\n'),
  )
  await put(
    'raw/year=2018/month=06/b.json.gz',
    gzipSync('{"id": 2, "amount": 3, "o": {"k": "y"}}\n'),
  )
  await create('raw', 'raw/')
  expect(await crawl('raw')).toMatchObject({ Status: 'SUCCEEDED', LogGroup: '/aws-glue/crawlers' })
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: 'raw' }))
  expect(Table).toMatchObject({
    PartitionKeys: [{ Name: 'year' }, { Name: 'month' }],
    Parameters: { classification: 'json', compressionType: 'gzip', UPDATED_BY_CRAWLER: 'raw' },
    StorageDescriptor: {
      Columns: [
        { Name: 'id', Type: 'int' },
        { Name: 'amount', Type: 'double' },
        { Name: 'o', Type: 'struct<k:string>' },
      ],
      Location: `s3://${Bucket}/raw/`,
      SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    },
  })
  const { Partitions } = await glue.send(
    new GetPartitionsCommand({ DatabaseName: 'lake', TableName: 'raw' }),
  )
  expect(Partitions?.map(({ Values }) => Values)).toEqual([
    ['2018', '05'],
    ['2018', '06'],
  ])
  const { CrawlerMetricsList } = await glue.send(
    new GetCrawlerMetricsCommand({ CrawlerNameList: ['raw'] }),
  )
  expect(CrawlerMetricsList).toMatchObject([{ CrawlerName: 'raw', TablesCreated: 1 }])
})

test('a second crawl changes nothing, and its log and history say so', async () => {
  await put('same/a.csv', 'id,name\n1,Ann\n2,Bob\n')
  await create('same', 'same/')
  await crawl('same')
  const table = async () =>
    (await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: 'same' }))).Table
  const before = await table()
  expect(before?.Parameters).toMatchObject({ delimiter: ',', 'skip.header.line.count': '1' })
  await crawl('same')
  expect(await table()).toEqual(before)
  const { Crawls } = await glue.send(new ListCrawlsCommand({ CrawlerName: 'same' }))
  expect(Crawls).toHaveLength(2)
  expect(JSON.parse(Crawls?.[0]?.Summary ?? '{}')).toMatchObject({
    TABLE: { created: 0, updated: 0, deleted: 0 },
  })
  const states = await glue.send(
    new ListCrawlsCommand({
      CrawlerName: 'same',
      Filters: [{ FieldName: 'STATE', FilterOperator: 'NE', FieldValue: 'COMPLETED' }],
    }),
  )
  expect(states.Crawls).toEqual([])
  const { events } = await client(CloudWatchLogsClient).send(
    new GetLogEventsCommand({
      logGroupName: '/aws-glue/crawlers',
      logStreamName: 'same',
      startFromHead: true,
    }),
  )
  expect(events?.map(({ message }) => message).join('\n')).toContain('Created table same')
})

test('tables of data that has gone are dealt with as the policy says', async () => {
  await put('gone/a/x.json', '{"a": 1}')
  await put('gone/b/x.csv', 'p,q\n1,2\n3,4\n')
  await put('gone/c/x.json', '{"other": 1, "columns": 2}')
  await create('gone', 'gone/', {
    TablePrefix: 'g_',
    SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'DELETE_FROM_DATABASE' },
  })
  await crawl('gone')
  const names = async () => {
    const { TableList } = await glue.send(
      new GetTablesCommand({ DatabaseName: 'lake', Expression: 'g_.*' }),
    )
    return TableList?.map(({ Name }) => Name)
  }
  expect(await names()).toEqual(['g_a', 'g_b', 'g_c'])
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone/b/x.csv' }))
  await crawl('gone')
  expect(await names()).toEqual(['g_a', 'g_c'])
})

test('a crawl that cannot be done fails with its reason', async () => {
  await create('nowhere', 'raw/', {
    Targets: { S3Targets: [{ Path: 's3://no-such-bucket-here/x' }] },
  })
  expect(await crawl('nowhere')).toMatchObject({
    Status: 'FAILED',
    ErrorMessage: expect.stringContaining('bucket does not exist'),
  })
})

test('a custom classifier opens a list of records, and one with a header of its own names columns', async () => {
  await glue.send(
    new CreateClassifierCommand({ JsonClassifier: { Name: 'records', JsonPath: '$.records[*]' } }),
  )
  await put('listed/a.json', '{"records": [{"a": 1}, {"a": 2, "b": "x"}]}')
  await create('listed', 'listed/', { Classifiers: ['records'] })
  await crawl('listed')
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: 'listed' }))
  expect(Table?.StorageDescriptor?.Columns).toMatchObject([
    { Name: 'a', Type: 'int' },
    { Name: 'b', Type: 'string' },
  ])
  await glue.send(
    new CreateClassifierCommand({
      CsvClassifier: {
        Name: 'plain',
        Delimiter: ';',
        Header: ['x', 'y'],
        ContainsHeader: 'ABSENT',
      },
    }),
  )
  await glue.send(
    new UpdateClassifierCommand({ CsvClassifier: { Name: 'plain', Header: ['p', 'q'] } }),
  )
  const { Classifier } = await glue.send(new GetClassifierCommand({ Name: 'plain' }))
  expect(Classifier?.CsvClassifier).toMatchObject({
    Delimiter: ';',
    Header: ['p', 'q'],
    Version: 2,
  })
  const { Classifiers } = await glue.send(new GetClassifiersCommand({}))
  expect(Classifiers).toHaveLength(2)
  await expect(
    glue.send(
      new CreateClassifierCommand({
        GrokClassifier: { Name: 'g', Classification: 'log', GrokPattern: '%{WORD:w}' },
      }),
    ),
  ).rejects.toThrow('GrokClassifier is not supported by Headrace yet')
  await glue.send(new DeleteClassifierCommand({ Name: 'plain' }))
  await expect(glue.send(new GetClassifierCommand({ Name: 'plain' }))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  })
})

test('a crawler is defined, changed, listed and deleted', async () => {
  await create('defined', 'raw/', { Tags: { team: 'a' }, Schedule: 'cron(15 12 * * ? *)' })
  await expect(create('defined', 'raw/')).rejects.toMatchObject({ name: 'AlreadyExistsException' })
  await glue.send(new UpdateCrawlerCommand({ Name: 'defined', Description: 'changed' }))
  await glue.send(new StopCrawlerScheduleCommand({ CrawlerName: 'defined' }))
  expect(await get('defined')).toMatchObject({
    Description: 'changed',
    Version: 2,
    State: 'READY',
    Schedule: { ScheduleExpression: 'cron(15 12 * * ? *)', State: 'NOT_SCHEDULED' },
    Targets: { S3Targets: [{ Path: `s3://${Bucket}/raw/` }] },
  })
  await glue.send(new StartCrawlerScheduleCommand({ CrawlerName: 'defined' }))
  await glue.send(
    new UpdateCrawlerScheduleCommand({ CrawlerName: 'defined', Schedule: 'cron(0 1 * * ? *)' }),
  )
  expect((await get('defined'))?.Schedule?.State).toBe('SCHEDULED')
  const named = await glue.send(new ListCrawlersCommand({ Tags: { team: 'a' } }))
  expect(named.CrawlerNames).toEqual(['defined'])
  const all = await glue.send(new GetCrawlersCommand({ MaxResults: 100 }))
  expect(all.Crawlers?.some(({ Name }) => Name === 'defined')).toBe(true)
  const batch = await glue.send(
    new BatchGetCrawlersCommand({ CrawlerNames: ['defined', 'nobody'] }),
  )
  expect(batch).toMatchObject({ Crawlers: [{ Name: 'defined' }], CrawlersNotFound: ['nobody'] })
  await expect(glue.send(new StopCrawlerCommand({ Name: 'defined' }))).rejects.toMatchObject({
    name: 'CrawlerNotRunningException',
  })
  await glue.send(new DeleteCrawlerCommand({ Name: 'defined' }))
  await expect(get('defined')).rejects.toMatchObject({ name: 'EntityNotFoundException' })
})

test('what a crawler cannot do is refused by name', async () => {
  const refused = (more: object) => create('refused', 'raw/', more)
  await expect(refused({ Targets: { JdbcTargets: [{ Path: 'db/%' }] } })).rejects.toThrow(
    'Targets.JdbcTargets is not supported by Headrace yet',
  )
  await expect(refused({ RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVENT_MODE' } })).rejects.toThrow(
    'CRAWL_EVENT_MODE',
  )
  await expect(refused({ Configuration: '{"Version":1.0,"Magic":1}' })).rejects.toThrow('Magic')
  await expect(refused({ Schedule: 'cron(bad)' })).rejects.toMatchObject({
    name: 'InvalidInputException',
  })
})
