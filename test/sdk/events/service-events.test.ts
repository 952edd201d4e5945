import { AthenaClient, StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import {
  BatchCreatePartitionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  DeleteTableCommand,
  GlueClient,
  StartCrawlerCommand,
  StartJobRunCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { openQueue, ruleTo } from './support.ts'

const glue = () => client(GlueClient)
const Bucket = `events-${fileAccount()}`
const s3 = () => client(S3Client, { forcePathStyle: true } as object)

beforeAll(async () => {
  await s3().send(new CreateBucketCommand({ Bucket }))
})

/** What comes to a rule's queue, as pairs of detail type and detail, once it is so many. */
async function eventsOf(queue: Awaited<ReturnType<typeof openQueue>>, count: number) {
  await expect
    .poll(async () => (await queue.bodies()).length, { timeout: 40_000, interval: 50 })
    .toBeGreaterThanOrEqual(count)
  return (await queue.bodies()).map((body) => JSON.parse(body) as ServiceEvent)
}

interface ServiceEvent {
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly resources: ReadonlyArray<string>
  readonly detail: Record<string, unknown>
}

const ofState = (events: ReadonlyArray<ServiceEvent>, state: string) =>
  events.find(({ detail }) => detail['state'] === state)?.detail

test('the end of a job run, good or bad, reaches a rule with the detail of AWS', async () => {
  const queue = await openQueue('job-ends')
  await ruleTo(queue.arn, 'job-ends', {
    source: ['aws.glue'],
    'detail-type': ['Glue Job State Change'],
    detail: { state: ['SUCCEEDED', 'FAILED'] },
  })
  const run = async (Name: string, Body: string) => {
    await s3().send(new PutObjectCommand({ Bucket, Key: `${Name}.py`, Body }))
    const Command = { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/${Name}.py` }
    await glue().send(new CreateJobCommand({ Name, Role: 'r', Command }))
    return (await glue().send(new StartJobRunCommand({ JobName: Name }))).JobRunId
  }
  const jobRunId = await run('good', 'print(1)')
  await run('bad', 'raise ValueError("no such column")')
  const events = await eventsOf(queue, 2)
  expect(events).toHaveLength(2)
  expect(ofState(events, 'SUCCEEDED')).toEqual({
    jobName: 'good',
    severity: 'INFO',
    state: 'SUCCEEDED',
    jobRunId,
    message: 'Job run succeeded',
  })
  expect(ofState(events, 'FAILED')).toMatchObject({ jobName: 'bad', severity: 'ERROR' })
  expect(ofState(events, 'FAILED')?.['message']).toContain('no such column')
  expect(events[0]).toMatchObject({ source: 'aws.glue', account: fileAccount(), resources: [] })
})

test('a crawl is told of when it starts and when it has succeeded or failed', async () => {
  const queue = await openQueue('crawls')
  await ruleTo(queue.arn, 'crawls', { 'detail-type': ['Glue Crawler State Change'] })
  await s3().send(new PutObjectCommand({ Bucket, Key: 'shop/a.csv', Body: 'id,name\n1,x\n2,y\n' }))
  await glue().send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'crawled' } }))
  const crawl = async (Name: string, DatabaseName: string) => {
    const Targets = { S3Targets: [{ Path: `s3://${Bucket}/shop/` }] }
    await glue().send(new CreateCrawlerCommand({ Name, Role: 'r', DatabaseName, Targets }))
    await glue().send(new StartCrawlerCommand({ Name }))
  }
  await crawl('shop', 'crawled')
  await crawl('lost', 'nowhere')
  const events = await eventsOf(queue, 4)
  const accountId = fileAccount()
  expect(ofState(events, 'Started')).toMatchObject({ accountId, message: 'Crawler Started' })
  expect(ofState(events, 'Succeeded')).toMatchObject({
    accountId,
    crawlerName: 'shop',
    message: 'Crawler Succeeded',
    tablesCreated: '1',
    tablesUpdated: '0',
    partitionsCreated: '0',
    warningMessage: 'N/A',
  })
  expect(ofState(events, 'Failed')).toMatchObject({
    crawlerName: 'lost',
    message: 'Crawler Failed',
  })
})

test('changes of the catalog are told of as changes of databases and tables', async () => {
  const queue = await openQueue('catalog')
  await ruleTo(queue.arn, 'catalog', {
    source: ['aws.glue'],
    detail: { databaseName: ['lake'] },
  })
  await glue().send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  const key = { DatabaseName: 'lake', TableName: 'clicks' }
  const StorageDescriptor = {
    Columns: [{ Name: 'id', Type: 'int' }],
    Location: `s3://${Bucket}/c/`,
  }
  const PartitionKeys = [
    { Name: 'day', Type: 'string' },
    { Name: 'hour', Type: 'int' },
  ]
  const TableInput = { Name: 'clicks', StorageDescriptor, PartitionKeys }
  await glue().send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
  await glue().send(new UpdateTableCommand({ DatabaseName: 'lake', TableInput }))
  const partition = (hour: string) => ({ Values: ['2026-11-29', hour], StorageDescriptor })
  const add = (...hours: string[]) =>
    glue().send(
      new BatchCreatePartitionCommand({ ...key, PartitionInputList: hours.map(partition) }),
    )
  await add('1', '2')
  // Only what is new is told of.
  expect((await add('2', '3')).Errors).toHaveLength(1)
  await glue().send(new DeletePartitionCommand({ ...key, PartitionValues: ['2026-11-29', '1'] }))
  await glue().send(new DeleteTableCommand({ DatabaseName: 'lake', Name: 'clicks' }))
  const events = await eventsOf(queue, 7)
  const table = `arn:aws:glue:us-east-1:${fileAccount()}:table/lake/clicks`
  const changed = (typeOfChange: string) =>
    events
      .filter(({ detail }) => detail['typeOfChange'] === typeOfChange)
      .map(({ 'detail-type': type, resources, detail }) => [type, resources[0], detail])
  const ofDatabase = 'Glue Data Catalog Database State Change'
  const ofTable = 'Glue Data Catalog Table State Change'
  expect(changed('CreateDatabase')).toMatchObject([
    [ofDatabase, expect.stringMatching(/:database\/lake$/), {}],
  ])
  expect(changed('CreateTable')).toMatchObject([[ofDatabase, table, { changedTables: ['clicks'] }]])
  expect(changed('UpdateTable')).toMatchObject([[ofTable, table, { tableName: 'clicks' }]])
  expect(changed('BatchCreatePartition')).toMatchObject([
    [ofTable, table, { changedPartitions: ['[2026-11-29, 1]', '[2026-11-29, 2]'] }],
    [ofTable, table, { changedPartitions: ['[2026-11-29, 3]'] }],
  ])
  expect(changed('DeletePartition')).toMatchObject([[ofTable, table, { databaseName: 'lake' }]])
  expect(changed('DeleteTable')).toMatchObject([[ofDatabase, table, { changedTables: ['clicks'] }]])
})

test('a query tells of its states one after the other, and why it failed', async () => {
  const queue = await openQueue('queries')
  await ruleTo(queue.arn, 'queries', { source: ['aws.athena'] })
  const athena = client(AthenaClient)
  const ResultConfiguration = { OutputLocation: `s3://${Bucket}/results/` }
  const start = async (QueryString: string) =>
    (await athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration })))
      .QueryExecutionId
  const good = await start('SELECT 1')
  const bad = await start('SELECT x FROM gone')
  // What fails before it runs is told of without RUNNING.
  const events = await eventsOf(queue, 5)
  const common = { versionId: '0', statementType: 'DML', workgroupName: 'primary' }
  const detailOf = (queryExecutionId: string | undefined, currentState: string) =>
    events
      .map(({ detail }) => detail)
      .find(
        (one) =>
          one['queryExecutionId'] === queryExecutionId && one['currentState'] === currentState,
      )
  const queued = { ...common, queryExecutionId: good, currentState: 'QUEUED', sequenceNumber: '1' }
  expect(detailOf(good, 'QUEUED')).toEqual(queued)
  expect(detailOf(good, 'RUNNING')).toMatchObject({ previousState: 'QUEUED', sequenceNumber: '2' })
  expect(detailOf(good, 'SUCCEEDED')).toEqual({
    ...queued,
    currentState: 'SUCCEEDED',
    previousState: 'RUNNING',
    sequenceNumber: '3',
  })
  expect(detailOf(bad, 'FAILED')).toMatchObject({
    ...common,
    athenaError: { errorCategory: 2, errorType: 1301, retryable: false },
  })
})

test('a training job that finds no data tells of its way to Failed', async () => {
  const queue = await openQueue('trainings')
  await ruleTo(queue.arn, 'trainings', {
    source: ['aws.sagemaker'],
    'detail-type': ['SageMaker Training Job State Change'],
    detail: { TrainingJobStatus: ['Failed'] },
  })
  const S3DataSource = { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/nothing/` } as const
  await client(SageMakerClient).send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'no-data',
      RoleArn: `arn:aws:iam::${fileAccount()}:role/trainer`,
      AlgorithmSpecification: {
        TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
        TrainingInputMode: 'File',
      },
      HyperParameters: { objective: 'reg:squarederror', num_round: '1' },
      InputDataConfig: [
        { ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource } },
      ],
      OutputDataConfig: { S3OutputPath: `s3://${Bucket}/models` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      Tags: [{ Key: 'team', Value: 'ml' }],
    }),
  )
  const [event] = await eventsOf(queue, 1)
  expect(event?.resources).toEqual([
    `arn:aws:sagemaker:us-east-1:${fileAccount()}:training-job/no-data`,
  ])
  expect(event?.detail).toMatchObject({
    TrainingJobName: 'no-data',
    SecondaryStatus: 'Failed',
    CreationTime: expect.any(Number),
    FailureReason: expect.any(String),
    Tags: { team: 'ml' },
  })
})
