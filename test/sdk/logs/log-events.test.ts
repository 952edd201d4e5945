import type { GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { beforeAll, expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const logs = client(CloudWatchLogsClient)
const HOUR = 3_600_000
const DAY = 24 * HOUR

beforeAll(async () => {
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }))
})

let streams = 0
async function makeStream(): Promise<string> {
  const logStreamName = `s${++streams}`
  await logs.send(new CreateLogStreamCommand({ logGroupName: 'g', logStreamName }))
  return logStreamName
}

const put = (logStreamName: string, logEvents: { timestamp: number; message: string }[]) =>
  logs.send(new PutLogEventsCommand({ logGroupName: 'g', logStreamName, logEvents }))
const get = (logStreamName: string, more: object = {}) =>
  logs.send(new GetLogEventsCommand({ logGroupName: 'g', logStreamName, ...more }))
const messages = (page: GetLogEventsCommandOutput) =>
  (page.events ?? []).map(({ message }) => message)

test('events come back in order of time, the last page first, and tokens lead on', async () => {
  const stream = await makeStream()
  const now = Date.now()
  await put(
    stream,
    Array.from({ length: 10 }, (_, index) => ({
      timestamp: now - 100 + index,
      message: `${index}`,
    })),
  )
  const last = await get(stream, { limit: 4 })
  expect(messages(last)).toEqual(['6', '7', '8', '9'])
  const before = await get(stream, { limit: 4, nextToken: last.nextBackwardToken })
  expect(messages(before)).toEqual(['2', '3', '4', '5'])
  const first = await get(stream, { limit: 4, startFromHead: true })
  expect(messages(first)).toEqual(['0', '1', '2', '3'])
  const end = await get(stream, { nextToken: last.nextForwardToken, startFromHead: true })
  expect(messages(end)).toEqual([])
  expect(end.nextForwardToken).toBe(last.nextForwardToken)
  expect(last.nextForwardToken).toMatch(/^f\/\d{56}\/s$/)
  const range = { startTime: now - 98, endTime: now - 96, startFromHead: true }
  expect(messages(await get(stream, range))).toEqual(['2', '3'])
  expect(last.events?.[0]?.ingestionTime).toBeGreaterThanOrEqual(now - 1000)
})

test('events that are too old or too new are left out and told', async () => {
  const stream = await makeStream()
  const now = Date.now()
  const old = await put(stream, [
    { timestamp: now - 14 * DAY - HOUR, message: 'too old' },
    { timestamp: now - 14 * DAY + HOUR, message: 'old' },
  ])
  expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 })
  const early = await put(stream, [
    { timestamp: now + HOUR, message: 'early' },
    { timestamp: now + 3 * HOUR, message: 'too early' },
  ])
  expect(early.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 })
  expect(messages(await get(stream, { startFromHead: true }))).toEqual(['old', 'early'])
})

test('a batch out of order, over 24 hours or over 1 MB is refused as a whole', async () => {
  const stream = await makeStream()
  const now = Date.now()
  await expect(
    put(stream, [
      { timestamp: now, message: 'b' },
      { timestamp: now - 1, message: 'a' },
    ]),
  ).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'Log events in a single PutLogEvents request must be in chronological order.',
  })
  await expect(
    put(stream, [
      { timestamp: now - DAY - 1, message: 'a' },
      { timestamp: now, message: 'b' },
    ]),
  ).rejects.toThrow(/cannot span more than 24 hours/)
  const sized = (bytes: number) => [{ timestamp: now, message: 'ä'.repeat(bytes / 2) }]
  await expect(put(stream, sized(1_048_576 - 24))).rejects.toThrow(/Upload too large/)
  await put(stream, sized(1_048_576 - 26))
  expect(messages(await get(stream))[0]).toHaveLength((1_048_576 - 26) / 2)
})

test('a stream or group that is not there is said', async () => {
  const now = [{ timestamp: Date.now(), message: 'x' }]
  await expect(put('absent', now)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  })
  await expect(get('absent')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(
    logs.send(new FilterLogEventsCommand({ logGroupName: 'absent' })),
  ).rejects.toMatchObject({ message: 'The specified log group does not exist.' })
  await expect(get(await makeStream(), { nextToken: 'mine' })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'The specified nextToken is invalid.',
  })
})

test('a filter finds its events in all streams of the group, in order of time', async () => {
  const logGroupName = '/filtered'
  await logs.send(new CreateLogGroupCommand({ logGroupName }))
  const start = Date.now() - 1000
  for (const [index, logStreamName] of ['x', 'y', 'z'].entries()) {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
    const logEvents = Array.from({ length: 5 }, (_, step) => ({
      timestamp: start + step * 10 + index,
      message: JSON.stringify({ level: step % 2 ? 'ERROR' : 'INFO', step, stream: logStreamName }),
    }))
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
  }
  const filter = async (more: object) => {
    const found: string[] = []
    let nextToken: string | undefined
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({ logGroupName, limit: 2, nextToken, ...more }),
      )
      for (const { message = '', logStreamName } of page.events ?? []) {
        found.push(`${JSON.parse(message).step}${logStreamName}`)
      }
      nextToken = page.nextToken
    } while (nextToken)
    return found
  }
  expect(await filter({ filterPattern: 'ERROR' })).toEqual(['1x', '1y', '1z', '3x', '3y', '3z'])
  expect(await filter({ filterPattern: '{ $.step >= 3 && $.level = "ERR*" }' })).toEqual([
    '3x',
    '3y',
    '3z',
  ])
  expect(await filter({ logStreamNames: ['y'], startTime: start + 31 })).toEqual(['3y', '4y'])
  expect(await filter({ logStreamNamePrefix: 'z', endTime: start + 12 })).toEqual(['0z', '1z'])
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }))
  expect(new Set(events?.map(({ eventId }) => eventId)).size).toBe(15)
  await expect(filter({ filterPattern: '[a, b]' })).rejects.toThrow(/not supported by Headrace yet/)
})
