import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateTriggerCommand,
  CreateWorkflowCommand,
  GetWorkflowRunsCommand,
  GlueClient,
} from '@aws-sdk/client-glue'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { openQueue, roleFor } from './support.ts'

const events = client(EventBridgeClient)
const glue = client(GlueClient)
const arnOf = (name: string) => `arn:aws:glue:us-east-1:${fileAccount()}:workflow/${name}`
let RoleArn = ''

beforeAll(async () => {
  RoleArn = await roleFor('events.amazonaws.com')
})

/** A workflow that events of its name as their source start. */
async function workflow(Name: string, BatchSize: number, BatchWindow?: number) {
  await glue.send(new CreateWorkflowCommand({ Name }))
  await glue.send(
    new CreateTriggerCommand({
      ...{ Name: `${Name}-events`, WorkflowName: Name, Type: 'EVENT' },
      Actions: [{ JobName: 'not-there' }],
      EventBatchingCondition: { BatchSize, BatchWindow },
    }),
  )
  await rule(Name)
  await target(Name, { Arn: arnOf(Name), RoleArn })
}

const rule = (Name: string) =>
  events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Name] }) }))

const target = (Rule: string, one: { Arn: string; RoleArn?: string; Input?: string }) =>
  events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'one', ...one }] }))

const put = async (Source: string) => {
  const Entries = [{ Source, DetailType: 't', Detail: '{}' }]
  const answer = await events.send(new PutEventsCommand({ Entries }))
  return answer.Entries?.[0]?.EventId ?? ''
}

const runsOf = async (Name: string) =>
  (await glue.send(new GetWorkflowRunsCommand({ Name }))).Runs ?? []

test('as many events as the batch has start one run, which knows their ids', async () => {
  await workflow('batches', 3)
  const ids = [await put('batches'), await put('batches'), await put('batches')]
  await expect.poll(async () => (await runsOf('batches')).length).toBe(1)
  const [run] = await runsOf('batches')
  expect(run?.StartingEventBatchCondition).toEqual({ BatchSize: 3 })
  const text = run?.WorkflowRunProperties?.['aws:eventIds'] ?? ''
  expect(text.slice(1, -1).split(', ').sort()).toEqual(ids.sort())
})

test('the end of the window starts a run of the events that have come', async () => {
  await workflow('windows', 100, 1)
  const id = await put('windows')
  await expect.poll(async () => (await runsOf('windows')).length).toBe(1)
  expect(await runsOf('windows')).toMatchObject([
    {
      StartingEventBatchCondition: { BatchWindow: 1 },
      WorkflowRunProperties: { 'aws:eventIds': `[${id}]` },
      // The job of its trigger is not there.
      Status: 'COMPLETED',
      Statistics: { TotalActions: 1, ErroredActions: 1 },
    },
  ])
})

test('a workflow without an EVENT trigger takes nothing: the event is a dead letter', async () => {
  await glue.send(new CreateWorkflowCommand({ Name: 'deaf' }))
  await rule('deaf')
  const letters = await openQueue('letters')
  const one = { Id: 'one', Arn: arnOf('deaf'), RoleArn }
  const Targets = [{ ...one, DeadLetterConfig: { Arn: letters.arn } }]
  await events.send(new PutTargetsCommand({ Rule: 'deaf', Targets }))
  const id = await put('deaf')
  await expect.poll(async () => (await letters.bodies()).length).toBe(1)
  expect(JSON.parse((await letters.bodies())[0] ?? '')).toMatchObject({ id })
})

test('a workflow is a target in the name of a role, with whole events, in its account', async () => {
  await rule('refusing')
  const Arn = arnOf('any')
  await expect(target('refusing', { Arn })).rejects.toThrow(`RoleArn is required for target ${Arn}`)
  const stranger = await roleFor('lambda.amazonaws.com')
  await expect(target('refusing', { Arn, RoleArn: stranger })).rejects.toThrow('cannot be assumed')
  await expect(target('refusing', { Arn, RoleArn, Input: '{}' })).rejects.toThrow('not supported')
  const job = Arn.replace('workflow', 'job')
  await expect(target('refusing', { Arn: job, RoleArn })).rejects.toThrow('not supported')
  const foreign = 'arn:aws:glue:us-east-1:111111111111:workflow/w'
  await expect(target('refusing', { Arn: foreign, RoleArn })).rejects.toThrow('cross-account')
})
