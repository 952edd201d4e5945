import {
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { clientConfig } from '../../support/client.ts'
import { kinesisClient, newStream, putText, streamArn, text } from './kinesis-client.ts'

const kinesis = kinesisClient()
/** With the handler that the SDK itself chooses: HTTP/2. */
const overHttp2 = new KinesisClient({ ...clientConfig(), maxAttempts: 1 })

async function register(StreamName: string, ConsumerName = 'consumer') {
  const StreamARN = streamArn(StreamName)
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }),
  )
  if (!Consumer) throw new Error('no consumer')
  return Consumer
}

function subscribe(
  one: KinesisClient,
  ConsumerARN: string | undefined,
  ShardId = '0',
  Type = 'TRIM_HORIZON',
) {
  return one.send(
    new SubscribeToShardCommand({
      ConsumerARN,
      ShardId,
      StartingPosition: { Type: Type as 'LATEST' },
    }),
  )
}

test('consumers are registered, described, listed and deregistered', async () => {
  const StreamName = await newStream(kinesis)
  const StreamARN = streamArn(StreamName)
  const consumer = await register(StreamName)
  expect(consumer).toMatchObject({ ConsumerName: 'consumer', ConsumerStatus: 'ACTIVE' })
  expect(consumer.ConsumerARN).toMatch(new RegExp(`^${StreamARN}/consumer/consumer:\\d{10}$`))
  for (const input of [
    { ConsumerARN: consumer.ConsumerARN },
    { StreamARN, ConsumerName: 'consumer' },
  ]) {
    const answer = await kinesis.send(new DescribeStreamConsumerCommand(input))
    expect(answer.ConsumerDescription).toEqual({ ...consumer, StreamARN })
  }
  await expect(register(StreamName)).rejects.toMatchObject({ name: 'ResourceInUseException' })
  await register(StreamName, 'other')
  const list = new ListStreamConsumersCommand({ StreamARN, MaxResults: 1 })
  const first = await kinesis.send(list)
  expect(first.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['consumer'])
  const { NextToken } = first
  const rest = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, NextToken }))
  expect(rest.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['other'])
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }))
  expect(summary.StreamDescriptionSummary?.ConsumerCount).toBe(2)
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: consumer.ConsumerARN }))
  const gone = new DescribeStreamConsumerCommand({ ConsumerARN: consumer.ConsumerARN })
  await expect(kinesis.send(gone)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('a stream has up to twenty consumers, and is deleted with them only when told so', async () => {
  const StreamName = await newStream(kinesis)
  for (let index = 0; index < 20; index++) await register(StreamName, `consumer-${index}`)
  await expect(register(StreamName, 'one-more')).rejects.toMatchObject({
    name: 'LimitExceededException',
  })
  await expect(kinesis.send(new DeleteStreamCommand({ StreamName }))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  })
  await kinesis.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }))
})

test.each([
  ['HTTP/1.1', kinesis],
  ['HTTP/2', overHttp2],
])('a subscription over %s pushes records as they come', async (_name, one) => {
  const StreamName = await newStream(kinesis)
  const { ConsumerARN } = await register(StreamName)
  const before = await putText(one, StreamName, 'k', 'before')
  const { EventStream } = await subscribe(one, ConsumerARN)
  const seen: string[] = []
  for await (const { SubscribeToShardEvent: event } of EventStream ?? []) {
    if (!event) throw new Error('not an event of records')
    seen.push(...(event.Records ?? []).map(({ Data }) => text(Data)))
    if (seen.length === 1) {
      expect(event.ContinuationSequenceNumber).toBe(before.SequenceNumber)
      expect(event.MillisBehindLatest).toBe(0)
      await putText(one, StreamName, 'k', 'during')
    }
    if (seen.length === 2) break
  }
  expect(seen).toEqual(['before', 'during'])
})

test('a subscription ends with its shard, and names the children', async () => {
  const StreamName = await newStream(kinesis)
  const { ConsumerARN } = await register(StreamName)
  await putText(kinesis, StreamName, 'k', 'last')
  const { EventStream } = await subscribe(kinesis, ConsumerARN)
  const NewStartingHashKey = String(2n ** 127n)
  const ShardToSplit = 'shardId-000000000000'
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
  let last: unknown
  for await (const { SubscribeToShardEvent } of EventStream ?? []) last = SubscribeToShardEvent
  expect(last).toMatchObject({
    ChildShards: [{ ShardId: 'shardId-000000000001' }, { ShardId: 'shardId-000000000002' }],
  })
  expect(last).not.toHaveProperty('ContinuationSequenceNumber', expect.any(String))
})

test('a second subscription within five seconds is refused', async () => {
  const StreamName = await newStream(kinesis)
  const { ConsumerARN } = await register(StreamName)
  const { EventStream } = await subscribe(kinesis, ConsumerARN, '0', 'LATEST')
  const second = subscribe(kinesis, ConsumerARN, '0', 'LATEST')
  await expect(second).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: expect.stringContaining('Another active subscription exists for this consumer'),
  })
  for await (const _event of EventStream ?? []) break
})

test('a subscription goes on where the one before it was, records or not', async () => {
  const StreamName = await newStream(kinesis)
  const { ConsumerARN } = await register(StreamName)
  await putText(kinesis, StreamName, 'k', 'before')
  const latest = await subscribe(kinesis, ConsumerARN, '0', 'LATEST')
  let SequenceNumber: string | undefined
  for await (const { SubscribeToShardEvent: event } of latest.EventStream ?? []) {
    expect(event?.Records).toEqual([])
    SequenceNumber = event?.ContinuationSequenceNumber
    break
  }
  await putText(kinesis, StreamName, 'k', 'after')
  const other = await register(StreamName, 'other')
  const subscribeAfter = () =>
    kinesis.send(
      new SubscribeToShardCommand({
        ConsumerARN: other.ConsumerARN,
        ShardId: '0',
        StartingPosition: { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber },
      }),
    )
  for await (const { SubscribeToShardEvent: event } of (await subscribeAfter()).EventStream ?? []) {
    expect(event?.Records?.map(({ Data }) => text(Data))).toEqual(['after'])
    break
  }
})
