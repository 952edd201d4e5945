import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateJobCommand,
  CreateTriggerCommand,
  CreateWorkflowCommand,
  GetJobRunsCommand,
  GetWorkflowRunsCommand,
  GlueClient,
} from '@aws-sdk/client-glue'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const OBJECTS = 6
const account = '444455556666'
const region = 'us-east-1'
const Bucket = 'landing'
const queueArn = `arn:aws:sqs:${region}:${account}:ends`

function clientsOf({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const config = { endpoint, region, credentials }
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    glue: new GlueClient(config),
    events: new EventBridgeClient(config),
    sqs: new SQSClient(config),
    iam: new IAMClient(config),
  }
}

type Clients = ReturnType<typeof clientsOf>

const allowing = (Action: string, Principal: object, more = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Principal, ...more }],
  })

async function defineWorkflow({ s3, glue }: Clients) {
  await s3.send(new CreateBucketCommand({ Bucket: 'scripts' }))
  await s3.send(new PutObjectCommand({ Bucket: 'scripts', Key: 'ok.py', Body: 'print("ok")\n' }))
  for (const Name of ['first', 'second']) {
    const Command = { Name: 'pythonshell', ScriptLocation: 's3://scripts/ok.py' }
    const ExecutionProperty = { MaxConcurrentRuns: 3 * OBJECTS }
    // A run that the kill ends is tried again, as part of the same run of the workflow.
    const more = { ExecutionProperty, MaxRetries: 1 }
    await glue.send(new CreateJobCommand({ Name, Role: 'r', Command, ...more }))
  }
  await glue.send(new CreateWorkflowCommand({ Name: 'load' }))
  const WorkflowName = 'load'
  await glue.send(
    new CreateTriggerCommand({
      ...{ Name: 'arrival', Type: 'EVENT', WorkflowName, Actions: [{ JobName: 'first' }] },
    }),
  )
  const Conditions = [{ LogicalOperator: 'EQUALS', JobName: 'first', State: 'SUCCEEDED' } as const]
  await glue.send(
    new CreateTriggerCommand({
      ...{ Name: 'then', Type: 'CONDITIONAL', WorkflowName, StartOnCreation: true },
      ...{ Actions: [{ JobName: 'second' }], Predicate: { Conditions } },
    }),
  )
}

async function connect({ s3, sqs, iam, events }: Clients) {
  await s3.send(new CreateBucketCommand({ Bucket }))
  const NotificationConfiguration = { EventBridgeConfiguration: {} }
  await s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  )
  const Policy = allowing('sqs:SendMessage', { Service: 'events.amazonaws.com' }, { Resource: '*' })
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'ends', Attributes: { Policy } }),
  )
  const trust = allowing('sts:AssumeRole', { Service: 'events.amazonaws.com' })
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'start', AssumeRolePolicyDocument: trust }),
  )
  const rule = async (Name: string, pattern: object, target: { Arn: string; RoleArn?: string }) => {
    await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }))
    await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'one', ...target }] }))
  }
  const created = { source: ['aws.s3'], 'detail-type': ['Object Created'] }
  const Arn = `arn:aws:glue:${region}:${account}:workflow/load`
  await expect(rule('arrivals', created, { Arn })).rejects.toThrow('RoleArn is required')
  await rule('arrivals', created, { Arn, RoleArn: Role?.Arn ?? '' })
  const detail = { jobName: ['second'], state: ['SUCCEEDED'] }
  const ended = { source: ['aws.glue'], 'detail-type': ['Glue Job State Change'], detail }
  await rule('ends', ended, { Arn: queueArn })
  return QueueUrl
}

const put = ({ s3 }: Clients, keys: ReadonlyArray<string>) =>
  Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))))

/** The job runs that the queue has been told of. */
async function takeEnds({ sqs }: Clients, QueueUrl: string | undefined, into: Set<string>) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  )
  for (const { Body = '', ReceiptHandle } of Messages) {
    into.add(JSON.parse(Body).detail.jobRunId)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  }
  return into.size
}

test('every object starts one run of the workflow, job after job, over a kill of the server', async () => {
  let server = await startHeadrace()
  let clients = clientsOf(server)
  await defineWorkflow(clients)
  const QueueUrl = await connect(clients)
  const keys = Array.from({ length: OBJECTS }, (_, at) => `key-${at}`)
  await put(clients, keys.slice(0, OBJECTS / 2))
  await server.kill()
  server = await startHeadrace({ dataDir: server.dataDir })
  clients = clientsOf(server)
  await put(clients, keys.slice(OBJECTS / 2))
  const ends = new Set<string>()
  await expect.poll(() => takeEnds(clients, QueueUrl, ends), { timeout: 90_000 }).toBe(OBJECTS)
  const runs = async () =>
    (await clients.glue.send(new GetWorkflowRunsCommand({ Name: 'load' }))).Runs ?? []
  await expect
    .poll(async () => (await runs()).map(({ Status }) => Status))
    .toEqual(keys.map(() => 'COMPLETED'))
  const eventIds = (await runs()).map((run) => run.WorkflowRunProperties?.['aws:eventIds'])
  expect(new Set(eventIds).size).toBe(OBJECTS)
  for (const id of eventIds) expect(id).toMatch(/^\[[0-9a-f-]{36}\]$/)
  for (const { StartingEventBatchCondition, Statistics } of await runs()) {
    expect(StartingEventBatchCondition).toEqual({ BatchSize: 1 })
    expect(Statistics).toMatchObject({ TotalActions: 2, SucceededActions: 2 })
  }
  const { JobRuns = [] } = await clients.glue.send(new GetJobRunsCommand({ JobName: 'second' }))
  const told = JobRuns.filter(({ Id }) => ends.has(Id ?? ''))
  expect(new Set(told.map((run) => run.Arguments?.['--WORKFLOW_RUN_ID']))).toEqual(
    new Set((await runs()).map((run) => run.WorkflowRunId)),
  )
  expect(await server.stop()).toBe(0)
})
