import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { clientConfig } from '../../support/client.ts'
import { roleFor } from './support.ts'

const events = new EventBridgeClient(clientConfig())
const kinesis = new KinesisClient(clientConfig())
const EventPattern = JSON.stringify({
  source: ['shop'],
  detail: { amount: [{ numeric: ['>', 5] }] },
})

test('an event that matches a rule of a bus arrives at its target, transformed', async () => {
  const StreamName = 'events-target'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const { StreamDescriptionSummary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  )
  const Arn = StreamDescriptionSummary?.StreamARN
  const EventBusName = 'orders'
  await events.send(new CreateEventBusCommand({ Name: EventBusName }))
  await events.send(new PutRuleCommand({ Name: 'large', EventBusName, EventPattern }))
  const InputTransformer = {
    InputPathsMap: { amount: '$.detail.amount', kind: '$.detail-type' },
    InputTemplate: '{"n":<amount>,"text":"<kind> seen"}',
  }
  const RoleArn = await roleFor('events.amazonaws.com')
  const Targets = [{ Id: 'one', Arn, InputTransformer, RoleArn }]
  await events.send(new PutTargetsCommand({ Rule: 'large', EventBusName, Targets }))
  const entry = { EventBusName, Source: 'shop', DetailType: 'order' }
  const answer = await events.send(
    new PutEventsCommand({
      Entries: [
        { ...entry, Detail: '{"amount":3}' },
        { ...entry, Detail: '{"amount":7}' },
        { ...entry, Detail: '{' },
        { ...entry, Detail: '{}', Source: 'aws.s3' },
      ],
    }),
  )
  expect(answer.FailedEntryCount).toBe(2)
  expect(answer.Entries?.[2]?.ErrorCode).toBe('MalformedDetail')
  expect(answer.Entries?.[3]?.ErrorCode).toBe('NotAuthorizedForSourceException')
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  )
  const texts = async () => {
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    return Records.map(({ Data }) => Buffer.from(Data ?? []).toString('utf8'))
  }
  await expect.poll(texts, { timeout: 10_000 }).toEqual(['{"n":7,"text":"order seen"}'])
})

test('buses and rules come back as they were given, and go again', async () => {
  const { Name } = await events.send(new DescribeEventBusCommand({}))
  expect(Name).toBe('default')
  await events.send(new CreateEventBusCommand({ Name: 'other', Description: 'a bus' }))
  const { EventBuses } = await events.send(new ListEventBusesCommand({ NamePrefix: 'oth' }))
  expect(EventBuses).toMatchObject([{ Name: 'other', Description: 'a bus' }])
  const rule = { Name: 'r', EventBusName: 'other' }
  await events.send(new PutRuleCommand({ ...rule, EventPattern }))
  await events.send(new DisableRuleCommand(rule))
  expect(await events.send(new DescribeRuleCommand(rule))).toMatchObject({
    EventPattern,
    State: 'DISABLED',
  })
  await events.send(new EnableRuleCommand(rule))
  const { Rules } = await events.send(new ListRulesCommand({ EventBusName: 'other' }))
  expect(Rules).toMatchObject([{ Name: 'r', State: 'ENABLED' }])
  const { Arn } = await events.send(new DescribeEventBusCommand({}))
  const at = { Rule: 'r', EventBusName: 'other' }
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ Id: `${at}`, Arn }))
  await events.send(new PutTargetsCommand({ ...at, Targets: many(5) }))
  const sixth = { ...at, Targets: [{ Id: 'sixth', Arn }] }
  await expect(events.send(new PutTargetsCommand(sixth))).rejects.toMatchObject({
    name: 'LimitExceededException',
  })
  const { Targets } = await events.send(new ListTargetsByRuleCommand(at))
  expect(Targets).toHaveLength(5)
  await expect(events.send(new DeleteRuleCommand(rule))).rejects.toThrow(
    "Rule can't be deleted since it has targets.",
  )
  await events.send(new RemoveTargetsCommand({ ...at, Ids: many(5).map(({ Id }) => Id) }))
  await events.send(new DeleteRuleCommand(rule))
  await events.send(new DeleteEventBusCommand({ Name: 'other' }))
  await expect(events.send(new DescribeEventBusCommand({ Name: 'other' }))).rejects.toThrow(
    'Event bus other does not exist.',
  )
})

test('a pattern is tested against an event, and a bad one is refused with its reason', async () => {
  const run = (EventPattern: string) =>
    events.send(new TestEventPatternCommand({ EventPattern, Event: '{"source":"shop"}' }))
  expect((await run('{"source":["shop"]}')).Result).toBe(true)
  expect((await run('{"source":["other"]}')).Result).toBe(false)
  await expect(run('{"source":[{"EXISTS":true}]}')).rejects.toThrow(
    'Unrecognized match type EXISTS',
  )
})

test('an amount of events beyond the limit is refused, and a target that is not built by name', async () => {
  const Detail = (size: number) => JSON.stringify({ x: 'x'.repeat(size - 8) })
  const put = (size: number) =>
    events.send(
      new PutEventsCommand({ Entries: [{ Source: 'a', DetailType: 'b', Detail: Detail(size) }] }),
    )
  expect((await put(1_048_574)).FailedEntryCount).toBe(0)
  await expect(put(1_048_575)).rejects.toThrow('Total size of the entries')
  await events.send(new PutRuleCommand({ Name: 'refusing', EventPattern }))
  const Targets = [{ Id: 'x', Arn: 'arn:aws:ecs:us-east-1:000000000000:cluster/x' }]
  await expect(events.send(new PutTargetsCommand({ Rule: 'refusing', Targets }))).rejects.toThrow(
    'not supported by Headrace yet',
  )
})
