import {
  BatchGetTriggersCommand,
  CreateJobCommand,
  CreateTriggerCommand,
  DeleteTriggerCommand,
  GetJobRunsCommand,
  GetTriggerCommand,
  GetTriggersCommand,
  GlueClient,
  ListTriggersCommand,
  StartTriggerCommand,
  StopTriggerCommand,
  UpdateTriggerCommand,
} from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

let glue: GlueClient
const Bucket = `triggers-${fileAccount()}`

beforeAll(async () => {
  glue = client(GlueClient)
  const s3 = client(S3Client, { forcePathStyle: true } as object)
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'ok.py', Body: 'print("ok")\n' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'bad.py', Body: 'raise ValueError("no")\n' }))
  for (const Name of ['first', 'second', 'cleanup']) await job(Name, 'ok.py')
  await job('failing', 'bad.py')
})

async function job(Name: string, script: string) {
  const ScriptLocation = `s3://${Bucket}/${script}`
  await glue.send(
    new CreateJobCommand({
      Name,
      Role: 'r',
      Command: { Name: 'pythonshell', ScriptLocation },
      ExecutionProperty: { MaxConcurrentRuns: 5 },
    }),
  )
}

const runsOf = async (JobName: string) =>
  (await glue.send(new GetJobRunsCommand({ JobName }))).JobRuns ?? []

const trigger = async (Name: string) => (await glue.send(new GetTriggerCommand({ Name }))).Trigger

test('a trigger on demand starts its jobs, and a condition on them starts the next', async () => {
  await glue.send(
    new CreateTriggerCommand({
      Name: 'then',
      Type: 'CONDITIONAL',
      StartOnCreation: true,
      Actions: [{ JobName: 'second', Arguments: { '--from': 'then' } }],
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
      Name: 'now',
      Type: 'ON_DEMAND',
      Actions: [{ JobName: 'first' }, { JobName: 'failing' }],
    }),
  )
  await glue.send(new StartTriggerCommand({ Name: 'now' }))
  await expect.poll(async () => (await runsOf('second')).length, { timeout: 30_000 }).toBe(1)
  expect(await runsOf('second')).toMatchObject([
    { TriggerName: 'then', Arguments: { '--from': 'then' } },
  ])
  expect(await runsOf('first')).toMatchObject([{ TriggerName: 'now', JobRunState: 'SUCCEEDED' }])
})

test('a condition that does not hold starts nothing', async () => {
  await glue.send(
    new CreateTriggerCommand({
      Name: 'never',
      Type: 'CONDITIONAL',
      Actions: [{ JobName: 'cleanup' }],
      Predicate: {
        Conditions: [{ LogicalOperator: 'EQUALS', JobName: 'first', State: 'FAILED' }],
      },
    }),
  )
  await glue.send(new StartTriggerCommand({ Name: 'never' }))
  const before = (await runsOf('second')).length
  await glue.send(new StartTriggerCommand({ Name: 'now' }))
  await expect
    .poll(async () => (await runsOf('second')).length, { timeout: 30_000 })
    .toBe(before + 1)
  expect(await runsOf('cleanup')).toEqual([])
})

test('a scheduled trigger is started, changed, stopped and deleted', async () => {
  const Schedule = 'cron(15 12 * * ? *)'
  await glue.send(
    new CreateTriggerCommand({
      Name: 'daily',
      Type: 'SCHEDULED',
      Schedule,
      Actions: [{ JobName: 'cleanup', Timeout: 5 }],
      Tags: { team: 'c' },
    }),
  )
  expect(await trigger('daily')).toMatchObject({ State: 'CREATED', Schedule })
  await glue.send(new StartTriggerCommand({ Name: 'daily' }))
  const { Trigger } = await glue.send(
    new UpdateTriggerCommand({ Name: 'daily', TriggerUpdate: { Schedule: 'cron(0 1 * * ? *)' } }),
  )
  expect(Trigger).toMatchObject({ State: 'ACTIVATED', Schedule: 'cron(0 1 * * ? *)' })
  await glue.send(new StopTriggerCommand({ Name: 'daily' }))
  expect((await trigger('daily'))?.State).toBe('DEACTIVATED')
  const tagged = await glue.send(new ListTriggersCommand({ Tags: { team: 'c' } }))
  expect(tagged.TriggerNames).toEqual(['daily'])
  const starting = await glue.send(new GetTriggersCommand({ DependentJobName: 'cleanup' }))
  expect(starting.Triggers?.map(({ Name }) => Name)).toContain('daily')
  expect(
    await glue.send(new BatchGetTriggersCommand({ TriggerNames: ['daily', 'nobody'] })),
  ).toMatchObject({ Triggers: [{ Name: 'daily' }], TriggersNotFound: ['nobody'] })
  await glue.send(new DeleteTriggerCommand({ Name: 'daily' }))
  await expect(trigger('daily')).rejects.toMatchObject({ name: 'EntityNotFoundException' })
})

test('what a trigger cannot be is refused', async () => {
  const refused = (more: object) =>
    glue.send(
      new CreateTriggerCommand({
        Name: 'refused',
        Type: 'SCHEDULED',
        Schedule: 'rate(5 minutes)',
        Actions: [{ JobName: 'first' }],
        ...more,
      }),
    )
  await expect(refused({ Type: 'EVENT' })).rejects.toThrow('WorkflowName cannot be null')
  await expect(refused({ WorkflowName: 'w' })).rejects.toThrow('Workflow w not found.')
  await expect(refused({ Schedule: 'every day' })).rejects.toThrow('Invalid schedule expression')
  await expect(refused({ Type: 'CONDITIONAL' })).rejects.toThrow('Predicate')
})
