import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge'
import { expect, test } from 'vitest'
import { client, fileAccount, newAccount } from '../../support/client.ts'
import { openQueue, roleFor, ruleTo } from './support.ts'

const events = client(EventBridgeClient)
const arnOf = (resource: string) => `arn:aws:events:us-east-1:${fileAccount()}:${resource}`
const EventPattern = '{"source":["shop"]}'
const poll = { timeout: 15_000, interval: 100 }
const entry = (EventBusName: string, n = 1) => ({
  ...{ EventBusName, Source: 'shop', DetailType: 't' },
  Detail: JSON.stringify({ n }),
})

test('another account puts events when the policy of the bus lets it, and not before or after', async () => {
  const account = newAccount()
  const other = client(EventBridgeClient, { account })
  const queue = await openQueue('guests')
  await ruleTo(queue.arn, 'guests', { source: ['shop'] })
  const put = () =>
    other.send(new PutEventsCommand({ Entries: [entry(arnOf('event-bus/default'))] }))
  const denied = { name: 'AccessDeniedException' }
  await expect(put()).rejects.toMatchObject(denied)
  await events.send(
    new PutPermissionCommand({
      ...{ Action: 'events:PutEvents', Principal: account, StatementId: 'guest' },
    }),
  )
  const { Policy = '' } = await events.send(new DescribeEventBusCommand({}))
  expect(JSON.parse(Policy)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Sid: 'guest', Effect: 'Allow', Action: 'events:PutEvents' },
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Resource: arnOf('event-bus/default'),
      },
    ],
  })
  expect((await put()).FailedEntryCount).toBe(0)
  await expect.poll(async () => (await queue.bodies()).length, poll).toBe(1)
  const [body = ''] = await queue.bodies()
  expect(JSON.parse(body)).toMatchObject({ account, region: 'us-east-1' })
  const gone = new RemovePermissionCommand({ StatementId: 'other' })
  await expect(events.send(gone)).rejects.toThrow('Statement with the provided id does not exist.')
  await events.send(new RemovePermissionCommand({ StatementId: 'guest' }))
  await expect(put()).rejects.toMatchObject(denied)
  await expect(events.send(new RemovePermissionCommand({ StatementId: 'guest' }))).rejects.toThrow(
    'EventBus does not have a policy.',
  )
})

test('a whole policy is checked, has its length, and denies the owner too', async () => {
  await events.send(new CreateEventBusCommand({ Name: 'closed' }))
  const put = (Policy: string) =>
    events.send(new PutPermissionCommand({ EventBusName: 'closed', Policy }))
  const policy = (Sid: string) => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'events:PutEvents', Resource: '*' }
    return JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid, ...deny }] })
  }
  await expect(put('{')).rejects.toMatchObject({ name: 'ValidationException' })
  const room = 10_240 - policy('').length
  await put(policy('x'.repeat(room)))
  await expect(put(policy('x'.repeat(room + 1)))).rejects.toMatchObject({
    name: 'PolicyLengthExceededException',
  })
  await expect(events.send(new PutEventsCommand({ Entries: [entry('closed')] }))).rejects.toThrow(
    'with an explicit deny in a resource-based policy',
  )
  await events.send(
    new RemovePermissionCommand({ EventBusName: 'closed', RemoveAllPermissions: true }),
  )
  const { FailedEntryCount } = await events.send(
    new PutEventsCommand({ Entries: [entry('closed')] }),
  )
  expect(FailedEntryCount).toBe(0)
})

test('events go on to a bus of another account and region, in the name of a role', async () => {
  const account = newAccount()
  const where = { account, region: 'eu-west-1' }
  const there = client(EventBridgeClient, where)
  const queue = await openQueue('far', where)
  await there.send(new CreateEventBusCommand({ Name: 'far' }))
  const far = `arn:aws:events:eu-west-1:${account}:event-bus/far`
  const Resource = '*'
  const allow = { Effect: 'Allow', Principal: { AWS: fileAccount() }, Action: 'events:PutEvents' }
  await there.send(
    new PutPermissionCommand({
      EventBusName: 'far',
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ ...allow, Resource }] }),
    }),
  )
  await there.send(new PutRuleCommand({ Name: 'r', EventBusName: 'far', EventPattern }))
  const Targets = [{ Id: 'q', Arn: queue.arn }]
  await there.send(new PutTargetsCommand({ Rule: 'r', EventBusName: 'far', Targets }))
  await events.send(new CreateEventBusCommand({ Name: 'near' }))
  const near = { EventBusName: 'near' }
  await events.send(new PutRuleCommand({ ...near, Name: 'on', EventPattern }))
  const target = (RoleArn?: string) =>
    events.send(
      new PutTargetsCommand({ ...near, Rule: 'on', Targets: [{ Id: 'far', Arn: far, RoleArn }] }),
    )
  await expect(target()).rejects.toThrow(`RoleArn is required for target ${far}.`)
  const stranger = `arn:aws:iam::${fileAccount()}:role/nobody`
  await expect(target(stranger)).rejects.toThrow(
    `Provided role '${stranger}' cannot be assumed by principal 'events.amazonaws.com'.`,
  )
  await target(await roleFor('events.amazonaws.com'))
  await events.send(new PutEventsCommand({ Entries: [entry('near', 7)] }))
  await expect.poll(async () => (await queue.bodies()).length, poll).toBe(1)
  const [body = ''] = await queue.bodies()
  // It stays an event of the account and the region that it comes from.
  expect(JSON.parse(body)).toMatchObject({ account: fileAccount(), region: 'us-east-1' })
})

test('rules and buses have tags, at most 50 of them', async () => {
  const bus = { Name: 'tagged', Description: 'one', Tags: [{ Key: 'team', Value: 'a' }] }
  const { EventBusArn = '' } = await events.send(new CreateEventBusCommand(bus))
  const rule = { Name: 'tagged', EventBusName: 'tagged', EventPattern }
  const made = await events.send(
    new PutRuleCommand({ ...rule, Tags: [{ Key: 'kind', Value: 'x' }] }),
  )
  const tags = async (ResourceARN = '') =>
    (await events.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags
  expect(await tags(EventBusArn)).toEqual(bus.Tags)
  const many = Array.from({ length: 49 }, (_, at) => ({ Key: `k${at}`, Value: '' }))
  await events.send(new TagResourceCommand({ ResourceARN: made.RuleArn, Tags: many }))
  expect(await tags(made.RuleArn)).toHaveLength(50)
  const one = new TagResourceCommand({
    ResourceARN: made.RuleArn,
    Tags: [{ Key: 'more', Value: '' }],
  })
  await expect(events.send(one)).rejects.toMatchObject({ name: 'LimitExceededException' })
  await events.send(new PutRuleCommand({ ...rule, Description: 'again' }))
  const TagKeys = many.map(({ Key }) => Key)
  await events.send(new UntagResourceCommand({ ResourceARN: made.RuleArn, TagKeys }))
  expect(await tags(made.RuleArn)).toEqual([{ Key: 'kind', Value: 'x' }])
  await expect(tags(arnOf('rule/none'))).rejects.toThrow(
    'Rule none does not exist on EventBus default.',
  )
  await events.send(new UpdateEventBusCommand({ Name: 'tagged', Description: 'two' }))
  const { Description } = await events.send(new DescribeEventBusCommand({ Name: 'tagged' }))
  expect(Description).toBe('two')
})

test('every list has pages, and rules are found by their target', async () => {
  const own = client(EventBridgeClient, { account: newAccount() })
  for (const Name of ['b1', 'b2']) await own.send(new CreateEventBusCommand({ Name }))
  const buses = await own.send(new ListEventBusesCommand({ Limit: 2 }))
  expect(buses.EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'b1'])
  const moreBuses = await own.send(new ListEventBusesCommand({ NextToken: buses.NextToken }))
  expect(moreBuses.EventBuses?.map(({ Name }) => Name)).toEqual(['b2'])
  const { Arn } = await own.send(new DescribeEventBusCommand({ Name: 'b1' }))
  for (const Name of ['r1', 'r2', 'r3']) {
    await own.send(new PutRuleCommand({ Name, EventPattern }))
    if (Name === 'r2') continue
    const Targets = ['1', '2', '3'].map((Id) => ({ Id, Arn }))
    await own.send(new PutTargetsCommand({ Rule: Name, Targets }))
  }
  const rules = await own.send(new ListRulesCommand({ Limit: 2 }))
  expect(rules.Rules?.map(({ Name }) => Name)).toEqual(['r1', 'r2'])
  const moreRules = await own.send(new ListRulesCommand({ NextToken: rules.NextToken }))
  expect(moreRules.Rules?.map(({ Name }) => Name)).toEqual(['r3'])
  expect(moreRules.NextToken).toBeUndefined()
  const byTarget = { TargetArn: Arn, Limit: 1 }
  const names = await own.send(new ListRuleNamesByTargetCommand(byTarget))
  expect(names.RuleNames).toEqual(['r1'])
  const { NextToken } = names
  const moreNames = await own.send(new ListRuleNamesByTargetCommand({ ...byTarget, NextToken }))
  expect(moreNames).toMatchObject({ RuleNames: ['r3'] })
  const targets = await own.send(new ListTargetsByRuleCommand({ Rule: 'r1', Limit: 2 }))
  expect(targets.Targets?.map(({ Id }) => Id)).toEqual(['1', '2'])
  const rest = { Rule: 'r1', NextToken: targets.NextToken }
  const moreTargets = await own.send(new ListTargetsByRuleCommand(rest))
  expect(moreTargets.Targets?.map(({ Id }) => Id)).toEqual(['3'])
  await expect(own.send(new ListRulesCommand({ NextToken: '!' }))).rejects.toThrow('NextToken')
})
