import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge'
import { expect, test } from 'vitest'
import { client, fileAccount, newAccount } from '../../support/client.ts'
import { openQueue, ruleTo } from './support.ts'

const arnOf = (resource: string) => `arn:aws:events:us-east-1:${fileAccount()}:${resource}`
const events = client(EventBridgeClient)
const put = (Source: string, n: number) =>
  events.send(
    new PutEventsCommand({ Entries: [{ Source, DetailType: 't', Detail: JSON.stringify({ n }) }] }),
  )
const within = () => {
  const nowMs = Date.now()
  return { EventStartTime: new Date(nowMs - 60_000), EventEndTime: new Date(nowMs + 60_000) }
}
const poll = { timeout: 15_000, interval: 100 }

test('archived events come again, to the rules that are named, and say so', async () => {
  const [first, second] = [await openQueue('first'), await openQueue('second')]
  await ruleTo(first.arn, 'first', { source: ['shop'] })
  await ruleTo(second.arn, 'second', { source: ['shop'] })
  const EventSourceArn = arnOf('event-bus/default')
  await events.send(
    new CreateArchiveCommand({
      ...{ ArchiveName: 'shop', EventSourceArn, RetentionDays: 3, Description: 'all of it' },
      EventPattern: '{"source":["shop"]}',
    }),
  )
  for (const n of [1, 2, 3]) await put('shop', n)
  await put('other', 4)
  const shop = () => events.send(new DescribeArchiveCommand({ ArchiveName: 'shop' }))
  await expect.poll(async () => (await shop()).EventCount, poll).toBe(3)
  const described = await shop()
  expect(described).toMatchObject({
    ...{ ArchiveName: 'shop', EventSourceArn, State: 'ENABLED', RetentionDays: 3 },
    ...{ Description: 'all of it', EventPattern: '{"source":["shop"]}' },
    ArchiveArn: arnOf('archive/shop'),
  })
  expect(described.SizeBytes).toBeGreaterThan(300)
  await expect.poll(async () => (await first.bodies()).length, poll).toBe(3)
  await expect.poll(async () => (await second.bodies()).length, poll).toBe(3)
  const replay = {
    ...{ ReplayName: 'again', EventSourceArn: arnOf('archive/shop'), ...within() },
    Destination: { Arn: EventSourceArn, FilterArns: [arnOf('rule/second')] },
  }
  const started = await events.send(new StartReplayCommand(replay))
  expect(started).toMatchObject({ State: 'STARTING', ReplayArn: arnOf('replay/again') })
  const again = () => events.send(new DescribeReplayCommand({ ReplayName: 'again' }))
  await expect.poll(async () => (await again()).State, poll).toBe('COMPLETED')
  const { EventLastReplayedTime, ReplayEndTime, Destination } = await again()
  expect(Destination).toEqual(replay.Destination)
  expect(EventLastReplayedTime?.getTime()).toBeLessThanOrEqual(ReplayEndTime?.getTime() ?? 0)
  await expect.poll(async () => (await second.bodies()).length, poll).toBe(6)
  const seen = (await second.bodies()).map((body) => JSON.parse(body) as Record<string, unknown>)
  const [before, after] = [seen.slice(0, 3), seen.slice(3)]
  const ids = (all: typeof seen) => all.map(({ id }) => id).toSorted()
  expect(ids(after)).toEqual(ids(before))
  expect(before.map((one) => one['replay-name'])).toEqual([undefined, undefined, undefined])
  expect(after.map((one) => one['replay-name'])).toEqual(['again', 'again', 'again'])
  expect(await first.bodies()).toHaveLength(3)
  expect((await shop()).EventCount).toBe(3)
  await expect(events.send(new StartReplayCommand(replay))).rejects.toThrow(
    'Replay again already exists.',
  )
  await expect(events.send(new CancelReplayCommand({ ReplayName: 'again' }))).rejects.toMatchObject(
    {
      name: 'IllegalStatusException',
    },
  )
}, 60_000)

test('archives and replays are listed in pages, changed, and gone when they are deleted', async () => {
  const own = client(EventBridgeClient, { account: newAccount() })
  const { EventBusArn: EventSourceArn } = await own.send(new CreateEventBusCommand({ Name: 'b' }))
  for (const ArchiveName of ['a1', 'a2', 'a3']) {
    await own.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn }))
  }
  const first = await own.send(new ListArchivesCommand({ Limit: 2 }))
  expect(first.Archives?.map(({ ArchiveName }) => ArchiveName)).toEqual(['a1', 'a2'])
  const { NextToken } = first
  const rest = await own.send(new ListArchivesCommand({ Limit: 2, NextToken }))
  expect(rest.Archives).toMatchObject([{ ArchiveName: 'a3', EventCount: 0, SizeBytes: 0 }])
  expect(rest.NextToken).toBeUndefined()
  await expect(
    own.send(new ListArchivesCommand({ NamePrefix: 'a', State: 'ENABLED' })),
  ).rejects.toThrow('At most one filter')
  const twice = new CreateArchiveCommand({ ArchiveName: 'a1', EventSourceArn })
  await expect(own.send(twice)).rejects.toThrow('Archive a1 already exists.')
  await own.send(new UpdateArchiveCommand({ ArchiveName: 'a1', RetentionDays: 7 }))
  const a1 = await own.send(new DescribeArchiveCommand({ ArchiveName: 'a1' }))
  expect(a1.RetentionDays).toBe(7)
  await expect(own.send(new UpdateArchiveCommand({ ArchiveName: 'a1' }))).rejects.toThrow(
    'At least one of EventPattern, RetentionDays or Description must be provided.',
  )
  const start = (ReplayName: string, change: object = {}) =>
    own.send(
      new StartReplayCommand({
        ...{ ReplayName, ...within(), Destination: { Arn: EventSourceArn } },
        EventSourceArn: EventSourceArn?.replace('event-bus/b', 'archive/a1'),
        ...change,
      }),
    )
  await start('r1')
  await start('r2')
  const replays = () => own.send(new ListReplaysCommand({ State: 'COMPLETED', Limit: 1 }))
  await expect.poll(async () => (await replays()).NextToken, poll).toBeDefined()
  expect((await replays()).Replays).toMatchObject([{ ReplayName: 'r1' }])
  await expect(start('r3', { EventEndTime: new Date(0) })).rejects.toThrow(
    'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
  )
  const onDefault = { Arn: EventSourceArn?.replace('event-bus/b', 'event-bus/default') }
  await expect(start('r3', { Destination: onDefault })).rejects.toThrow(
    'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
  )
  await own.send(new DeleteArchiveCommand({ ArchiveName: 'a1' }))
  await expect(own.send(new DescribeArchiveCommand({ ArchiveName: 'a1' }))).rejects.toThrow(
    'Archive a1 does not exist.',
  )
  await expect(start('r3')).rejects.toThrow(
    'Parameter EventSourceArn is not valid. Reason: Archive a1 does not exist.',
  )
})
