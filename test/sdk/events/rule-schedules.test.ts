import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge'
import { expect, test } from 'vitest'
import { clientConfig } from '../../support/client.ts'

const events = new EventBridgeClient(clientConfig())

test('a rule that goes by time comes back as it was made', async () => {
  const ScheduleExpression = 'rate(5 minutes)'
  await events.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression }))
  const found = await events.send(new DescribeRuleCommand({ Name: 'tick' }))
  expect(found).toMatchObject({ ScheduleExpression, State: 'ENABLED' })
  expect(found.EventPattern).toBeUndefined()
  await events.send(new DeleteRuleCommand({ Name: 'tick' }))
})

test('schedules that cannot be are refused, and those of other buses', async () => {
  await expect(
    events.send(new PutRuleCommand({ Name: 'odd', ScheduleExpression: 'rate(1 minutes)' })),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Parameter ScheduleExpression is not valid.',
  })
  const EventBusName = 'of-one'
  await events.send(new CreateEventBusCommand({ Name: EventBusName }))
  const ScheduleExpression = 'rate(1 minute)'
  await expect(
    events.send(new PutRuleCommand({ Name: 'tick', EventBusName, ScheduleExpression })),
  ).rejects.toMatchObject({
    message: 'ScheduleExpression is supported only on the default event bus.',
  })
})
