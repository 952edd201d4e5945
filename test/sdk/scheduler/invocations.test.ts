import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import type { Target } from '@aws-sdk/client-scheduler'
import { CreateScheduleCommand, GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { beforeAll, expect, test } from 'vitest'
import { client } from '../../support/client.ts'
import { newQueue, newRole, receive, schedulerClient, sqsClient } from './support.ts'

const scheduler = schedulerClient()
const sqs = sqsClient()

let RoleArn = ''

beforeAll(async () => {
  RoleArn = await newRole('invocations')
})

/** A schedule that fires now, and then not for a day; answers its ARN. */
async function fireNow(Name: string, target: Partial<Target> & { readonly Arn: string }) {
  const { ScheduleArn } = await scheduler.send(
    new CreateScheduleCommand({
      ...{ Name, ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { RoleArn, ...target },
    }),
  )
  return ScheduleArn
}

test('a queue gets the input, with the context attributes filled in', async () => {
  const queue = await newQueue('of-schedule')
  const Input = JSON.stringify({
    arn: '<aws.scheduler.schedule-arn>',
    time: '<aws.scheduler.scheduled-time>',
    id: '<aws.scheduler.execution-id>',
    attempt: '<aws.scheduler.attempt-number>',
    other: '<aws.scheduler.unknown>',
  })
  const arn = await fireNow('to-queue', { Arn: queue.arn, Input })
  expect(JSON.parse((await receive(queue.url))?.Body ?? '')).toEqual({
    ...{ arn, attempt: '1', other: '<aws.scheduler.unknown>' },
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
})

test('a FIFO queue gets it in its group; without an input it is a Scheduled Event', async () => {
  const attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' }
  const queue = await newQueue('of-schedule.fifo', attributes)
  const SqsParameters = { MessageGroupId: 'group-1' }
  const arn = await fireNow('to-fifo', { Arn: queue.arn, SqsParameters })
  const message = await receive(queue.url)
  expect(message?.Attributes).toMatchObject({ MessageGroupId: 'group-1' })
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    resources: [arn],
    detail: '{}',
  })
})

test('one time fires at its time, and takes its schedule with it', async () => {
  const queue = await newQueue('once')
  const at = new Date(Date.now() + 2_000).toISOString().slice(0, 19)
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ Name: 'once', ScheduleExpression: `at(${at})`, ActionAfterCompletion: 'DELETE' },
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RoleArn, Arn: queue.arn, Input: '<aws.scheduler.scheduled-time>' },
    }),
  )
  expect((await receive(queue.url))?.Body).toBe(`${at}Z`)
  const state = () =>
    scheduler.send(new GetScheduleCommand({ Name: 'once' })).then(
      () => 'there',
      (error: Error) => error.name,
    )
  await expect.poll(state, { timeout: 5_000 }).toBe('ResourceNotFoundException')
})

test('a queue that denies Scheduler gets nothing; the dead-letter queue says why', async () => {
  const [queue, dead] = [await newQueue('denying'), await newQueue('dead')]
  const statement = { Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage' }
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...statement, Resource: queue.arn }],
  })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }))
  const DeadLetterConfig = { Arn: dead.arn }
  const arn = await fireNow('denied', { Arn: queue.arn, Input: 'lost', DeadLetterConfig })
  const message = await receive(dead.url)
  expect(message?.Body).toBe('lost')
  expect(message?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'AccessDeniedException' },
    RETRY_ATTEMPTS: { StringValue: '0' },
    SCHEDULE_ARN: { StringValue: arn },
    TARGET_ARN: { StringValue: queue.arn },
    IS_PAYLOAD_TRUNCATED: { StringValue: 'false' },
  })
})

test('an event bus gets an event, which its rules see', async () => {
  const events = client(EventBridgeClient)
  const queue = await newQueue('of-bus')
  const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...statement, Action: 'sqs:SendMessage', Resource: queue.arn }],
  })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }))
  const EventBusName = 'of-schedules'
  const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name: EventBusName }))
  const EventPattern = JSON.stringify({ source: ['my.app'], detail: { n: [7] } })
  await events.send(new PutRuleCommand({ Name: 'n', EventBusName, EventPattern }))
  const Targets = [{ Id: 'q', Arn: queue.arn }]
  await events.send(new PutTargetsCommand({ Rule: 'n', EventBusName, Targets }))
  const EventBridgeParameters = { DetailType: 'Tick', Source: 'my.app' }
  const arn = await fireNow('to-bus', { Arn: EventBusArn, EventBridgeParameters, Input: '{"n":7}' })
  expect(JSON.parse((await receive(queue.url))?.Body ?? '{}')).toMatchObject({
    'detail-type': 'Tick',
    source: 'my.app',
    detail: { n: 7 },
    resources: [arn],
  })
})

test('a data stream gets a record under its key', async () => {
  const kinesis = client(KinesisClient)
  const StreamName = 'of-schedules'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const describe = async () => {
    const found = await kinesis.send(new DescribeStreamCommand({ StreamName }))
    return found.StreamDescription
  }
  const isActive = async () => (await describe())?.StreamStatus
  await expect.poll(isActive, { timeout: 10_000 }).toBe('ACTIVE')
  const Arn = (await describe())?.StreamARN ?? ''
  await fireNow('to-stream', { Arn, Input: 'tick', KinesisParameters: { PartitionKey: 'key-1' } })
  const ShardId = (await describe())?.Shards?.[0]?.ShardId
  const records = async () => {
    const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(from))
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    return Records.map(({ PartitionKey, Data }) => [
      PartitionKey,
      Buffer.from(Data ?? '').toString(),
    ])
  }
  await expect.poll(records, { timeout: 10_000 }).toEqual([['key-1', 'tick']])
})
