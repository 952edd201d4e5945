import {
  BatchGetWorkflowsCommand,
  ConcurrentRunsExceededException,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTriggerCommand,
  CreateWorkflowCommand,
  DeleteWorkflowCommand,
  EntityNotFoundException,
  GetJobRunsCommand,
  GetTagsCommand,
  GetTriggerCommand,
  GetWorkflowCommand,
  GetWorkflowRunCommand,
  GetWorkflowRunPropertiesCommand,
  GetWorkflowRunsCommand,
  GlueClient,
  ListWorkflowsCommand,
  PutWorkflowRunPropertiesCommand,
  ResumeWorkflowRunCommand,
  StartTriggerCommand,
  StartWorkflowRunCommand,
  StopWorkflowRunCommand,
  UpdateJobCommand,
  UpdateWorkflowCommand,
} from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

let glue: GlueClient
const Bucket = `workflows-${fileAccount()}`

const scripts = {
  'ok.py': 'print("ok")\n',
  'bad.py': 'raise ValueError("no")\n',
  'long.py': 'import time\ntime.sleep(600)\n',
}

beforeAll(async () => {
  glue = client(GlueClient)
  const s3 = client(S3Client, { forcePathStyle: true } as object)
  await s3.send(new CreateBucketCommand({ Bucket }))
  for (const [Key, Body] of Object.entries({ ...scripts, 'data/a.csv': 'n,m\n1,2\n' })) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  }
  for (const name of ['first', 'second', 'last']) await job(name, 'ok.py')
  await job('failing', 'bad.py')
  await job('long', 'long.py')
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  const Targets = { S3Targets: [{ Path: `s3://${Bucket}/data/` }] }
  await glue.send(
    new CreateCrawlerCommand({ Name: 'crawl', Role: 'r', DatabaseName: 'lake', Targets }),
  )
})

async function job(Name: string, script: string) {
  const Command = { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/${script}` }
  const ExecutionProperty = { MaxConcurrentRuns: 5 }
  await glue.send(new CreateJobCommand({ Name, Role: 'r', Command, ExecutionProperty }))
}

async function workflow(Name: string, jobs: ReadonlyArray<string>, MaxConcurrentRuns?: number) {
  await glue.send(new CreateWorkflowCommand({ Name, MaxConcurrentRuns }))
  const Actions = jobs.map((JobName) => ({ JobName }))
  await glue.send(
    new CreateTriggerCommand({
      ...{ Name: `${Name}-start`, WorkflowName: Name, Type: 'ON_DEMAND', Actions },
    }),
  )
}

const start = async (Name: string, RunProperties?: Record<string, string>) =>
  (await glue.send(new StartWorkflowRunCommand({ Name, RunProperties }))).RunId as string

const runOf = async (Name: string, RunId: string, IncludeGraph = false) =>
  (await glue.send(new GetWorkflowRunCommand({ Name, RunId, IncludeGraph }))).Run

const statusOf = async (Name: string, RunId: string) => (await runOf(Name, RunId))?.Status

test('a workflow is created, listed, changed and deleted', async () => {
  const DefaultRunProperties = { env: 'test' }
  const Tags = { team: 'c' }
  await glue.send(new CreateWorkflowCommand({ Name: 'plain', DefaultRunProperties, Tags }))
  const again = glue.send(new CreateWorkflowCommand({ Name: 'plain' }))
  await expect(again).rejects.toThrow('already exists')
  await glue.send(
    new UpdateWorkflowCommand({ Name: 'plain', Description: 'd', MaxConcurrentRuns: 2 }),
  )
  const { Workflow } = await glue.send(new GetWorkflowCommand({ Name: 'plain' }))
  expect(Workflow).toMatchObject({ Description: 'd', MaxConcurrentRuns: 2, DefaultRunProperties })
  const ResourceArn = `arn:aws:glue:us-east-1:${fileAccount()}:workflow/plain`
  expect((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual(Tags)
  const { Workflows } = await glue.send(new ListWorkflowsCommand({}))
  expect(Workflows).toContain('plain')
  const batch = await glue.send(new BatchGetWorkflowsCommand({ Names: ['plain', 'none'] }))
  expect(batch.Workflows?.map(({ Name }) => Name)).toEqual(['plain'])
  expect(batch.MissingWorkflows).toEqual(['none'])
  await glue.send(new DeleteWorkflowCommand({ Name: 'plain' }))
  await glue.send(new DeleteWorkflowCommand({ Name: 'plain' }))
  const gone = glue.send(new GetWorkflowCommand({ Name: 'plain' }))
  await expect(gone).rejects.toThrow(EntityNotFoundException)
})

test('jobs and crawlers run in the order of their conditions, and the graph tells of them', async () => {
  await workflow('chain', ['first', 'failing'])
  const on = { WorkflowName: 'chain', Type: 'CONDITIONAL', StartOnCreation: true } as const
  await glue.send(
    new CreateTriggerCommand({
      ...{ ...on, Name: 'chain-crawl', Actions: [{ CrawlerName: 'crawl' }] },
      Predicate: {
        Logical: 'AND',
        Conditions: [
          { LogicalOperator: 'EQUALS', JobName: 'first', State: 'SUCCEEDED' },
          { LogicalOperator: 'EQUALS', JobName: 'failing', State: 'FAILED' },
        ],
      },
    }),
  )
  await glue.send(
    new CreateTriggerCommand({
      ...{ ...on, Name: 'chain-last', Actions: [{ JobName: 'last' }] },
      Predicate: {
        Conditions: [{ LogicalOperator: 'EQUALS', CrawlerName: 'crawl', CrawlState: 'SUCCEEDED' }],
      },
    }),
  )
  const RunId = await start('chain', { given: 'yes' })
  await expect.poll(() => statusOf('chain', RunId), { timeout: 40_000 }).toBe('COMPLETED')
  const run = await runOf('chain', RunId, true)
  expect(run).toMatchObject({
    WorkflowRunProperties: { given: 'yes' },
    Statistics: { TotalActions: 4, SucceededActions: 3, FailedActions: 1, RunningActions: 0 },
  })
  const { Nodes = [], Edges = [] } = run?.Graph ?? {}
  const nameOf = (id?: string) => Nodes.find(({ UniqueId }) => UniqueId === id)?.Name
  const edges = Edges.map(({ SourceId, DestinationId }) => [
    nameOf(SourceId),
    nameOf(DestinationId),
  ])
  expect(edges).toEqual(
    expect.arrayContaining([
      ['chain-start', 'first'],
      ['first', 'chain-crawl'],
      ['failing', 'chain-crawl'],
      ['chain-crawl', 'crawl'],
      ['crawl', 'chain-last'],
      ['chain-last', 'last'],
    ]),
  )
  const crawl = Nodes.find(({ Type }) => Type === 'CRAWLER')
  expect(crawl?.CrawlerDetails?.Crawls).toMatchObject([{ State: 'SUCCEEDED' }])
  const last = Nodes.find(({ Name }) => Name === 'last')
  expect(last?.JobDetails?.JobRuns).toMatchObject([
    {
      ...{ JobRunState: 'SUCCEEDED', TriggerName: 'chain-last' },
      Arguments: { '--WORKFLOW_NAME': 'chain', '--WORKFLOW_RUN_ID': RunId },
    },
  ])
  const { Workflow } = await glue.send(
    new GetWorkflowCommand({ Name: 'chain', IncludeGraph: true }),
  )
  expect(Workflow?.LastRun?.WorkflowRunId).toBe(RunId)
  expect(Workflow?.Graph?.Nodes).toHaveLength(Nodes.length)
})

test('run properties can be read and put while it runs; a stop ends its job', async () => {
  await workflow('slow', ['long'], 1)
  const RunId = await start('slow', { a: '1', b: '1' })
  await glue.send(
    new PutWorkflowRunPropertiesCommand({ Name: 'slow', RunId, RunProperties: { b: '2', c: '2' } }),
  )
  const { RunProperties } = await glue.send(
    new GetWorkflowRunPropertiesCommand({ Name: 'slow', RunId }),
  )
  expect(RunProperties).toEqual({ a: '1', b: '2', c: '2' })
  await expect(start('slow')).rejects.toThrow(ConcurrentRunsExceededException)
  await glue.send(new StartTriggerCommand({ Name: 'slow-start' }))
  const runs = async () => (await glue.send(new GetWorkflowRunsCommand({ Name: 'slow' }))).Runs
  await expect
    .poll(async () => (await runs())?.map(({ Status, ErrorMessage }) => [Status, ErrorMessage]))
    .toEqual([
      ['ERROR', 'Concurrent runs exceeded for workflow: slow.'],
      ['RUNNING', undefined],
    ])
  const job = async () =>
    (await glue.send(new GetJobRunsCommand({ JobName: 'long' }))).JobRuns?.[0]?.JobRunState
  await expect.poll(job).toBe('RUNNING')
  const resume = glue.send(new ResumeWorkflowRunCommand({ Name: 'slow', RunId, NodeIds: ['none'] }))
  await expect(resume).rejects.toMatchObject({ name: 'IllegalWorkflowStateException' })
  await glue.send(new StopWorkflowRunCommand({ Name: 'slow', RunId }))
  await expect.poll(() => statusOf('slow', RunId)).toBe('STOPPED')
  expect(await job()).toBe('STOPPED')
  expect((await runOf('slow', RunId))?.Statistics?.StoppedActions).toBe(1)
  const again = glue.send(new StopWorkflowRunCommand({ Name: 'slow', RunId }))
  await expect(again).rejects.toMatchObject({ name: 'IllegalWorkflowStateException' })
})

test('a run is resumed where it failed, and nowhere else', async () => {
  await job('mended', 'bad.py')
  await workflow('broken', ['first', 'mended'])
  await glue.send(
    new CreateTriggerCommand({
      ...{
        Name: 'broken-then',
        WorkflowName: 'broken',
        Type: 'CONDITIONAL',
        StartOnCreation: true,
      },
      Actions: [{ JobName: 'last' }],
      Predicate: {
        Conditions: [{ LogicalOperator: 'EQUALS', JobName: 'mended', State: 'SUCCEEDED' }],
      },
    }),
  )
  const RunId = await start('broken', { given: 'yes' })
  const resume = (NodeIds: string[]) =>
    glue.send(new ResumeWorkflowRunCommand({ Name: 'broken', RunId, NodeIds }))
  await expect.poll(() => statusOf('broken', RunId)).toBe('COMPLETED')
  const { Nodes = [] } = (await runOf('broken', RunId, true))?.Graph ?? {}
  const node = (name: string) => Nodes.find(({ Name }) => Name === name)?.UniqueId ?? ''
  await expect(resume([node('last')])).rejects.toThrow('was not run')
  const Command = { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/ok.py` }
  const JobUpdate = { Role: 'r', Command }
  await glue.send(new UpdateJobCommand({ JobName: 'mended', JobUpdate }))
  const resumed = await resume([node('mended')])
  expect(resumed.NodeIds).toEqual([node('mended')])
  const next = resumed.RunId ?? ''
  await expect.poll(() => statusOf('broken', next)).toBe('COMPLETED')
  expect(await runOf('broken', next)).toMatchObject({
    ...{ PreviousRunId: RunId, WorkflowRunProperties: { given: 'yes' } },
    Statistics: { TotalActions: 3, SucceededActions: 3, FailedActions: 0 },
  })
  expect((await runOf('broken', RunId))?.Statistics?.FailedActions).toBe(1)
})

test('runs are listed in pages, newest first', async () => {
  await workflow('paged', ['second'])
  const ids: string[] = []
  for (let count = 0; count < 3; count++) {
    ids.unshift(await start('paged'))
    await expect.poll(() => statusOf('paged', ids[0] ?? '')).toBe('COMPLETED')
  }
  const Name = 'paged'
  const first = await glue.send(new GetWorkflowRunsCommand({ Name, MaxResults: 2 }))
  const { NextToken } = first
  const second = await glue.send(new GetWorkflowRunsCommand({ Name, MaxResults: 2, NextToken }))
  const seen = [...(first.Runs ?? []), ...(second.Runs ?? [])]
  expect(seen.map(({ WorkflowRunId }) => WorkflowRunId)).toEqual(ids)
  expect(second.NextToken).toBeUndefined()
  expect(seen[0]?.PreviousRunId).toBe(ids[1])
})

test('a workflow has one starting trigger, and EVENT triggers are those of workflows', async () => {
  await glue.send(new CreateWorkflowCommand({ Name: 'one' }))
  await expect(start('one')).rejects.toThrow('has no starting trigger')
  const Actions = [{ JobName: 'first' }]
  const create = (more: object) =>
    glue.send(new CreateTriggerCommand({ Name: 't', Type: 'EVENT', Actions, ...more }))
  await expect(create({})).rejects.toThrow('WorkflowName')
  await expect(create({ WorkflowName: 'none' })).rejects.toThrow(EntityNotFoundException)
  await create({ WorkflowName: 'one', EventBatchingCondition: { BatchSize: 5 } })
  const { Trigger } = await glue.send(new GetTriggerCommand({ Name: 't' }))
  expect(Trigger).toMatchObject({
    ...{ Type: 'EVENT', WorkflowName: 'one', State: 'CREATED' },
    EventBatchingCondition: { BatchSize: 5, BatchWindow: 900 },
  })
  const second = create({ Name: 'u', WorkflowName: 'one', Type: 'ON_DEMAND' })
  await expect(second).rejects.toThrow('already has a starting trigger')
  const batching = { EventBatchingCondition: { BatchSize: 5 } }
  await expect(create({ Name: 'u', Type: 'ON_DEMAND', ...batching })).rejects.toThrow('EVENT')
})

test('100 triggers are in a workflow, and one more is refused', async () => {
  await workflow('wide', ['first'])
  const create = (at: number) =>
    glue.send(
      new CreateTriggerCommand({
        ...{ Name: `wide-${at}`, WorkflowName: 'wide', Type: 'CONDITIONAL' },
        Actions: [{ JobName: 'last' }],
        Predicate: {
          Conditions: [{ LogicalOperator: 'EQUALS', JobName: 'second', State: 'SUCCEEDED' }],
        },
      }),
    )
  for (let at = 1; at < 100; at++) await create(at)
  await expect(create(100)).rejects.toMatchObject({ name: 'ResourceNumberLimitExceededException' })
})
