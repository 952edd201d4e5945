import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  BatchGetJobsCommand,
  BatchStopJobRunCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  DeleteJobCommand,
  GetJobBookmarkCommand,
  GetJobCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GetJobsCommand,
  GetPartitionsCommand,
  GlueClient,
  ListJobsCommand,
  ResetJobBookmarkCommand,
  StartJobRunCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-glue'
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

let glue: GlueClient
let s3: S3Client
const Bucket = `jobs-${fileAccount()}`

beforeAll(async () => {
  glue = client(GlueClient)
  s3 = client(S3Client, { forcePathStyle: true } as object)
  await s3.send(new CreateBucketCommand({ Bucket }))
})

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))

async function define(Name: string, script: string, more = {}) {
  await put(`scripts/${Name}.py`, script)
  const ScriptLocation = `s3://${Bucket}/scripts/${Name}.py`
  await glue.send(
    new CreateJobCommand({
      Name,
      Role: 'job-role',
      Command: { Name: 'pythonshell', ScriptLocation, PythonVersion: '3.9' },
      ...more,
    }),
  )
  return ScriptLocation
}

const start = async (JobName: string, more = {}) => {
  const { JobRunId = '' } = await glue.send(new StartJobRunCommand({ JobName, ...more }))
  return JobRunId
}

const read = async (JobName: string, RunId: string) =>
  (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun

async function ended(JobName: string, RunId: string) {
  const over = ['SUCCEEDED', 'FAILED', 'STOPPED', 'TIMEOUT']
  await expect
    .poll(async () => over.includes((await read(JobName, RunId))?.JobRunState ?? ''), {
      timeout: 40_000,
    })
    .toBe(true)
  return read(JobName, RunId)
}

async function logOf(kind: 'output' | 'error', RunId: string, group = '/aws-glue/python-jobs') {
  const { events } = await client(CloudWatchLogsClient).send(
    new GetLogEventsCommand({
      logGroupName: `${group}/${kind}`,
      logStreamName: RunId,
      startFromHead: true,
    }),
  )
  return events?.map(({ message }) => message)
}

const keysUnder = async (Prefix: string) => {
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  return (Contents ?? []).map(({ Key = '' }) => Key)
}

test('a run executes its script with its arguments, session and log', async () => {
  await define(
    'hello',
    [
      'import os, sys',
      'from awsglue.utils import getResolvedOptions',
      'print(getResolvedOptions(sys.argv, ["name"])["name"])',
      'print(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_ACCESS_KEY_ID"][:4])',
    ].join('\n'),
    { DefaultArguments: { '--name': 'nobody' } },
  )
  const run = await start('hello', { Arguments: { '--name': 'world' } })
  expect(await ended('hello', run)).toMatchObject({
    JobRunState: 'SUCCEEDED',
    Attempt: 0,
    Arguments: { '--name': 'world' },
    LogGroupName: '/aws-glue/python-jobs',
  })
  const lines = await logOf('output', run)
  expect(lines?.[0]).toBe('world')
  expect(lines?.[1]).toMatch(/^http\S+ ASIA$/)
})

test('libraries and files that the job names are there for its script', async () => {
  await put('lib/helper.py', 'def shout(text):\n    return text.upper()\n')
  await put('files/greeting.txt', 'hello')
  await define('equipped', 'import helper\nprint(helper.shout(open("greeting.txt").read()))\n', {
    DefaultArguments: {
      '--extra-py-files': `s3://${Bucket}/lib/helper.py`,
      '--extra-files': `s3://${Bucket}/files/greeting.txt`,
    },
  })
  const run = await start('equipped')
  expect(await ended('equipped', run)).toMatchObject({ JobRunState: 'SUCCEEDED' })
  expect(await logOf('output', run)).toContain('HELLO')
})

test('a script that fails says why, and is tried again as often as it may', async () => {
  await define('broken', 'import nothing_of_the_kind\n', { MaxRetries: 1 })
  const run = await start('broken')
  expect(await ended('broken', run)).toMatchObject({
    JobRunState: 'FAILED',
    ErrorMessage: "ModuleNotFoundError: No module named 'nothing_of_the_kind'",
  })
  const retry = `${run}_attempt_1`
  expect(await ended('broken', retry)).toMatchObject({
    JobRunState: 'FAILED',
    Attempt: 1,
    PreviousRunId: run,
  })
  const { JobRuns } = await glue.send(new GetJobRunsCommand({ JobName: 'broken' }))
  expect(JobRuns?.map(({ Id }) => Id)).toEqual([retry, run])
  await put('scripts/broken.py', 'def f(:\n  pass\n')
  await glue.send(
    new UpdateJobCommand({
      JobName: 'broken',
      JobUpdate: {
        Role: 'job-role',
        Command: { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/scripts/broken.py` },
      },
    }),
  )
  const syntax = await ended('broken', await start('broken'))
  expect(syntax?.ErrorMessage).toMatch(/^SyntaxError: .*\(broken\.py, line 1\)$/)
})

test('a script that is not there fails the run', async () => {
  await define('absent', 'pass')
  await glue.send(
    new UpdateJobCommand({
      JobName: 'absent',
      JobUpdate: {
        Role: 'r',
        Command: { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/none.py` },
      },
    }),
  )
  expect((await ended('absent', await start('absent')))?.ErrorMessage).toContain('LAUNCH ERROR')
})

test('a run is stopped for good, and only so many run at the same time', async () => {
  await define('slow', 'import time\nprint("up", flush=True)\ntime.sleep(600)\n')
  const run = await start('slow')
  await expect(start('slow')).rejects.toMatchObject({
    name: 'ConcurrentRunsExceededException',
    message: 'Concurrent runs exceeded for slow',
  })
  await expect
    .poll(async () => (await read('slow', run))?.JobRunState, { timeout: 20_000 })
    .toBe('RUNNING')
  const stopped = await glue.send(
    new BatchStopJobRunCommand({ JobName: 'slow', JobRunIds: [run, 'jr_none'] }),
  )
  expect(stopped).toMatchObject({
    SuccessfulSubmissions: [{ JobRunId: run }],
    Errors: [{ JobRunId: 'jr_none', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }],
  })
  expect((await ended('slow', run))?.JobRunState).toBe('STOPPED')
  await expect.poll(() => start('slow').catch(() => ''), { timeout: 10_000 }).toMatch(/^jr_/)
  await glue.send(new DeleteJobCommand({ JobName: 'slow' }))
})

test('a job is defined, listed, found and deleted', async () => {
  await define('defined', 'pass', {
    Tags: { team: 'b' },
    GlueVersion: '4.0',
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    Command: { Name: 'glueetl', ScriptLocation: `s3://${Bucket}/scripts/defined.py` },
    ExecutionProperty: { MaxConcurrentRuns: 3 },
  })
  const { Job } = await glue.send(new GetJobCommand({ JobName: 'defined' }))
  expect(Job).toMatchObject({
    Name: 'defined',
    Timeout: 2880,
    MaxCapacity: 2,
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    ExecutionProperty: { MaxConcurrentRuns: 3 },
  })
  const { JobNames } = await glue.send(new ListJobsCommand({ Tags: { team: 'b' } }))
  expect(JobNames).toEqual(['defined'])
  expect((await glue.send(new GetJobsCommand({}))).Jobs?.length).toBeGreaterThan(0)
  expect(
    await glue.send(new BatchGetJobsCommand({ JobNames: ['defined', 'nobody'] })),
  ).toMatchObject({ Jobs: [{ Name: 'defined' }], JobsNotFound: ['nobody'] })
  await glue.send(new DeleteJobCommand({ JobName: 'defined' }))
  await expect(glue.send(new GetJobCommand({ JobName: 'defined' }))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  })
  await expect(start('defined')).rejects.toThrow('missing metadata')
})

test('what a job cannot do is refused by name', async () => {
  const refused = (more: object) => define('refused', 'pass', more)
  const command = (Name: string) => ({
    Command: { Name, ScriptLocation: `s3://${Bucket}/scripts/refused.py` },
  })
  await expect(refused(command('gluestreaming'))).rejects.toThrow('gluestreaming')
  await expect(refused({ Connections: { Connections: ['db'] } })).rejects.toThrow('Connections')
  await expect(
    refused({ DefaultArguments: { '--additional-python-modules': 'pandas' } }),
  ).rejects.toThrow('--additional-python-modules is not supported by Headrace yet')
  await expect(refused({ DefaultArguments: { '--job-language': 'scala' } })).rejects.toThrow(
    'scala',
  )
})

const etl = `
import sys
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions
from awsglue.context import GlueContext
from awsglue.job import Job
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ['JOB_NAME', 'bucket'])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)
job.init(args['JOB_NAME'], args)
orders = context.create_dynamic_frame.from_catalog(
    database='jobs', table_name='orders', transformation_ctx='orders')
print('read', orders.count())
mapped = ApplyMapping.apply(frame=orders, transformation_ctx='mapped', mappings=[
    ('id', 'int', 'id', 'long'), ('amount', 'double', 'amount', 'double'), ('day', 'string', 'day', 'string')])
if orders.count() > 0:
    sink = context.getSink(connection_type='s3', path='s3://' + args['bucket'] + '/clean/', enableUpdateCatalog=True,
        updateBehavior='UPDATE_IN_DATABASE', partitionKeys=['day'], transformation_ctx='sink')
    sink.setCatalogInfo(catalogDatabase='jobs', catalogTableName='clean')
    sink.setFormat('glueparquet', compression='snappy')
    sink.writeFrame(mapped)
job.commit()
`

test('an ETL job reads the catalog, writes partitioned Parquet, and its bookmark keeps it from reading twice', async () => {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'jobs' } }))
  const TableInput = {
    Name: 'orders',
    Parameters: { classification: 'json' },
    StorageDescriptor: {
      Columns: [
        { Name: 'id', Type: 'int' },
        { Name: 'amount', Type: 'double' },
        { Name: 'day', Type: 'string' },
      ],
      Location: `s3://${Bucket}/orders/`,
      SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    },
  }
  await glue.send(new CreateTableCommand({ DatabaseName: 'jobs', TableInput }))
  await put('orders/a.json', '{"id":1,"amount":2.5,"day":"d1"}\n{"id":2,"amount":3,"day":"d2"}\n')
  await define('etl', etl, {
    Command: { Name: 'glueetl', ScriptLocation: `s3://${Bucket}/scripts/etl.py` },
    GlueVersion: '4.0',
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    DefaultArguments: {
      '--job-bookmark-option': 'job-bookmark-enable',
      '--bucket': Bucket,
      '--enable-metrics': 'true',
    },
  })
  const first = await start('etl')
  expect(await ended('etl', first)).toMatchObject({ JobRunState: 'SUCCEEDED' })
  expect(await logOf('output', first, '/aws-glue/jobs')).toContain('read 2')
  const written = await keysUnder('clean/')
  expect(written).toHaveLength(2)
  expect(written[0]).toMatch(/^clean\/day=d1\/run-\d+-part-block-0-r-\d{5}-snappy\.parquet$/)
  const { Partitions } = await glue.send(
    new GetPartitionsCommand({ DatabaseName: 'jobs', TableName: 'clean' }),
  )
  expect(Partitions?.map(({ Values }) => Values)).toEqual([['d1'], ['d2']])

  const second = await start('etl')
  await ended('etl', second)
  expect(await logOf('output', second, '/aws-glue/jobs')).toContain('read 0')
  expect(await keysUnder('clean/')).toEqual(written)

  await put('orders/b.json', '{"id":3,"amount":1,"day":"d3"}\n')
  const third = await start('etl')
  await ended('etl', third)
  expect(await logOf('output', third, '/aws-glue/jobs')).toContain('read 1')
  const { JobBookmarkEntry } = await glue.send(new GetJobBookmarkCommand({ JobName: 'etl' }))
  expect(JobBookmarkEntry).toMatchObject({ JobName: 'etl', Run: 3, RunId: third })
  await glue.send(new ResetJobBookmarkCommand({ JobName: 'etl' }))
  await expect(glue.send(new GetJobBookmarkCommand({ JobName: 'etl' }))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  })
  const again = await start('etl')
  await ended('etl', again)
  expect(await logOf('output', again, '/aws-glue/jobs')).toContain('read 3')
})
