import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

const events = client(EventBridgeClient)
const exceeded = { name: 'LimitExceededException' }
const EventPattern = '{"source":["x"]}'

test('an account has 100 buses, with the default one', async () => {
  const make = (at: number) => events.send(new CreateEventBusCommand({ Name: `bus-${at}` }))
  for (let at = 0; at < 99; at++) await make(at)
  await expect(make(99)).rejects.toMatchObject(exceeded)
  await events.send(new DeleteEventBusCommand({ Name: 'bus-0' }))
  await make(99)
})

test('a bus has 300 rules, and what is there can be changed at the limit', async () => {
  const put = (at: number) =>
    events.send(new PutRuleCommand({ Name: `rule-${at}`, EventBusName: 'bus-1', EventPattern }))
  for (let at = 0; at < 300; at++) await put(at)
  await expect(put(300)).rejects.toMatchObject(exceeded)
  await put(299)
  const rule = { Name: 'rule-0', EventBusName: 'bus-1', EventPattern: EventPattern.padEnd(4_096) }
  await events.send(new PutRuleCommand(rule))
  const longer = { ...rule, EventPattern: EventPattern.padEnd(4_097) }
  await expect(events.send(new PutRuleCommand(longer))).rejects.toMatchObject({
    name: 'ValidationException',
  })
})

test('a request has ten entries', async () => {
  const put = (count: number) => {
    const entry = { Source: 's', DetailType: 't', Detail: '{}' }
    return events.send(new PutEventsCommand({ Entries: Array(count).fill(entry) }))
  }
  expect((await put(10)).Entries).toHaveLength(10)
  await expect(put(11)).rejects.toThrow('Member must have length less than or equal to 10')
})

test('archives and replays have names and times within their bounds', async () => {
  const bus = `arn:aws:events:us-east-1:${fileAccount()}:event-bus/default`
  const archive = (ArchiveName: string, RetentionDays = 0) =>
    events.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn: bus, RetentionDays }))
  await archive('a'.repeat(48))
  const invalid = { name: 'ValidationException' }
  await expect(archive('a'.repeat(49))).rejects.toMatchObject(invalid)
  await expect(archive('b', -1)).rejects.toMatchObject(invalid)
  const replay = (ReplayName: string) =>
    events.send(
      new StartReplayCommand({
        ...{ ReplayName, EventStartTime: new Date(0), EventEndTime: new Date(1_000) },
        EventSourceArn: bus.replace('event-bus/default', `archive/${'a'.repeat(48)}`),
        Destination: { Arn: bus },
      }),
    )
  await replay('r'.repeat(64))
  await expect(replay('r'.repeat(65))).rejects.toMatchObject(invalid)
})
