import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  ListStreamsCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { fileAccount, newAccount } from '../../support/client.ts'
import { describe, kinesisClient, newStream, streamArn } from './kinesis-client.ts'

const kinesis = kinesisClient()

test('a provisioned stream is described as it was made', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 3, Tags: { team: 'risk' } })
  const described = await describe(kinesis, StreamName)
  expect(described).toMatchObject({
    StreamName,
    StreamARN: streamArn(StreamName),
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    HasMoreShards: false,
    RetentionPeriodHours: 24,
    EncryptionType: 'NONE',
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  })
  expect(described.StreamCreationTimestamp?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  expect(described.Shards?.map((shard) => [shard.ShardId, shard.HashKeyRange])).toEqual([
    [
      'shardId-000000000000',
      { StartingHashKey: '0', EndingHashKey: '113427455640312821154458202477256070484' },
    ],
    [
      'shardId-000000000001',
      {
        StartingHashKey: '113427455640312821154458202477256070485',
        EndingHashKey: '226854911280625642308916404954512140969',
      },
    ],
    [
      'shardId-000000000002',
      {
        StartingHashKey: '226854911280625642308916404954512140970',
        EndingHashKey: '340282366920938463463374607431768211455',
      },
    ],
  ])
  for (const shard of described.Shards ?? []) {
    expect(shard.SequenceNumberRange?.StartingSequenceNumber).toMatch(/^49\d{54}$/)
    expect(shard.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined()
    expect(shard.ParentShardId).toBeUndefined()
  }
})

test('a stream without a shard count is on-demand and has four shards', async () => {
  const StreamName = await newStream(kinesis, {})
  const described = await describe(kinesis, StreamName)
  expect(described.StreamModeDetails?.StreamMode).toBe('ON_DEMAND')
  expect(described.Shards).toHaveLength(4)
  const given = { StreamMode: 'ON_DEMAND' as const }
  expect(
    (await describe(kinesis, await newStream(kinesis, { StreamModeDetails: given }))).Shards,
  ).toHaveLength(4)
})

test('a summary counts what is open, by name and by ARN', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 2, MaxRecordSizeInKiB: 2048 })
  for (const input of [{ StreamName }, { StreamARN: streamArn(StreamName) }]) {
    const answer = await kinesis.send(new DescribeStreamSummaryCommand(input))
    expect(answer.StreamDescriptionSummary).toMatchObject({
      StreamName,
      StreamARN: streamArn(StreamName),
      StreamStatus: 'ACTIVE',
      OpenShardCount: 2,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: 2048,
    })
  }
})

test('shards are described in pages', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 5 })
  const first = await kinesis.send(new DescribeStreamCommand({ StreamName, Limit: 2 }))
  expect(first.StreamDescription?.HasMoreShards).toBe(true)
  const ExclusiveStartShardId = first.StreamDescription?.Shards?.at(-1)?.ShardId
  const rest = await kinesis.send(new DescribeStreamCommand({ StreamName, ExclusiveStartShardId }))
  expect(rest.StreamDescription?.HasMoreShards).toBe(false)
  expect(rest.StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toEqual([
    'shardId-000000000002',
    'shardId-000000000003',
    'shardId-000000000004',
  ])
})

test('a name is taken once, and free again after the stream is deleted', async () => {
  const StreamName = await newStream(kinesis)
  const again = kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await expect(again).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: `Stream ${StreamName} under account ${fileAccount()} already exists.`,
  })
  await kinesis.send(new DeleteStreamCommand({ StreamARN: streamArn(StreamName) }))
  const gone = kinesis.send(new DescribeStreamCommand({ StreamName }))
  await expect(gone).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Stream ${StreamName} under account ${fileAccount()} not found.`,
  })
  await expect(kinesis.send(new DeleteStreamCommand({ StreamName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
})

test('streams are listed in pages, by token or by name, each account its own', async () => {
  const own = kinesisClient({ account: newAccount() })
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const StreamName of names) {
    await own.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  }
  const all = await own.send(new ListStreamsCommand({}))
  expect(all).toMatchObject({ StreamNames: names, HasMoreStreams: false })
  expect(all.StreamSummaries?.[0]).toMatchObject({ StreamName: 'a', StreamStatus: 'ACTIVE' })
  const first = await own.send(new ListStreamsCommand({ Limit: 2 }))
  expect(first).toMatchObject({ StreamNames: ['a', 'b'], HasMoreStreams: true })
  const second = await own.send(new ListStreamsCommand({ Limit: 2, NextToken: first.NextToken }))
  expect(second.StreamNames).toEqual(['c', 'd'])
  const rest = await own.send(new ListStreamsCommand({ ExclusiveStartStreamName: 'd' }))
  expect(rest.StreamNames).toEqual(['e'])
  const elsewhere = kinesisClient({ account: newAccount() })
  expect((await elsewhere.send(new ListStreamsCommand({}))).StreamNames).toEqual([])
  const bad = own.send(new ListStreamsCommand({ NextToken: '%' }))
  await expect(bad).rejects.toMatchObject({ name: 'InvalidArgumentException' })
})

test('regions are apart', async () => {
  const other = kinesisClient({ region: 'eu-west-1' })
  const StreamName = await newStream(other)
  await describe(other, StreamName)
  await expect(describe(kinesis, StreamName)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

test('a stream of another account is not given away', async () => {
  const StreamName = await newStream(kinesis)
  const stranger = kinesisClient({ account: newAccount() })
  const asking = stranger.send(new DescribeStreamCommand({ StreamARN: streamArn(StreamName) }))
  await expect(asking).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('limits are told with what is used of them', async () => {
  const own = kinesisClient({ account: newAccount() })
  await newStream(own, { ShardCount: 3 })
  await newStream(own, {})
  expect(await own.send(new DescribeLimitsCommand({}))).toMatchObject({
    OpenShardCount: 7,
    OnDemandStreamCount: 1,
    OnDemandStreamCountLimit: 50,
  })
})

test('more shards than the account may have are refused', async () => {
  const own = kinesisClient({ account: newAccount() })
  await newStream(own, { ShardCount: 1 })
  const over = own.send(new CreateStreamCommand({ StreamName: 'over', ShardCount: 20_000 }))
  await expect(over).rejects.toMatchObject({ name: 'LimitExceededException' })
})

test('a mode can be changed twice a day', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 1 })
  const change = (StreamMode: 'ON_DEMAND' | 'PROVISIONED') =>
    kinesis.send(
      new UpdateStreamModeCommand({
        StreamARN: streamArn(StreamName),
        StreamModeDetails: { StreamMode },
      }),
    )
  await change('ON_DEMAND')
  expect((await describe(kinesis, StreamName)).StreamModeDetails?.StreamMode).toBe('ON_DEMAND')
  await change('PROVISIONED')
  await expect(change('ON_DEMAND')).rejects.toMatchObject({ name: 'LimitExceededException' })
})

test('what contradicts itself or cannot be honoured is refused', async () => {
  const reserved = kinesisClient()
  // Given to the command itself, the member makes the SDK leave the endpoint it was told.
  reserved.middlewareStack.add(
    (next) => (given) => {
      const request = given.request as { body: string }
      request.body = JSON.stringify({ StreamName: 'any', StreamId: 'abcdefghij0123456789-abc' })
      return next(given)
    },
    { step: 'build', priority: 'high' },
  )
  await expect(reserved.send(new DescribeStreamCommand({ StreamName: 'any' }))).rejects.toThrow(
    'StreamId is not supported by this version of Headrace. Nothing was done.',
  )
  const both = new CreateStreamCommand({
    StreamName: 'both',
    ShardCount: 2,
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
  })
  await expect(kinesis.send(both)).rejects.toMatchObject({ name: 'ValidationException' })
  const neither = new CreateStreamCommand({
    StreamName: 'neither',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
  })
  await expect(kinesis.send(neither)).rejects.toMatchObject({ name: 'ValidationException' })
})
