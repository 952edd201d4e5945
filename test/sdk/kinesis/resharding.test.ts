import type { ListShardsCommandInput } from '@aws-sdk/client-kinesis'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { fileAccount } from '../../support/client.ts'
import {
  describe,
  kinesisClient,
  newStream,
  putText,
  readShard,
  streamArn,
  text,
} from './kinesis-client.ts'

const kinesis = kinesisClient()
const id = (number: number) => `shardId-${String(number).padStart(12, '0')}`

async function shardIds(input: ListShardsCommandInput) {
  const { Shards, NextToken } = await kinesis.send(new ListShardsCommand(input))
  return { ids: Shards?.map(({ ShardId }) => ShardId), NextToken }
}

test('a split closes the shard and opens its two children; readers are led to them', async () => {
  const StreamName = await newStream(kinesis)
  await putText(kinesis, StreamName, 'k', 'before')
  const NewStartingHashKey = String(2n ** 127n)
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: id(0), NewStartingHashKey }))
  const { Shards = [], StreamStatus } = await describe(kinesis, StreamName)
  expect(StreamStatus).toBe('ACTIVE')
  expect(
    Shards.map((shard) => [
      shard.ShardId,
      shard.ParentShardId,
      shard.HashKeyRange?.StartingHashKey,
    ]),
  ).toEqual([
    [id(0), undefined, '0'],
    [id(1), id(0), '0'],
    [id(2), id(0), NewStartingHashKey],
  ])
  const { EndingSequenceNumber } = Shards[0]?.SequenceNumberRange ?? {}
  expect(EndingSequenceNumber).toMatch(/^49\d{54}$/)
  const put = await putText(kinesis, StreamName, 'k', 'after')
  expect([id(1), id(2)]).toContain(put.ShardId)
  const { records, page } = await readShard(kinesis, StreamName, id(0))
  expect(records.map(({ Data }) => text(Data))).toEqual(['before'])
  expect(page.NextShardIterator).toBeUndefined()
  expect(page.ChildShards?.map((child) => [child.ShardId, child.ParentShards])).toEqual([
    [id(1), [id(0)]],
    [id(2), [id(0)]],
  ])
  const children = await readShard(kinesis, StreamName, put.ShardId)
  expect(children.records.map(({ Data }) => text(Data))).toEqual(['after'])
  for (const ShardIteratorType of [
    'AT_SEQUENCE_NUMBER',
    'AFTER_SEQUENCE_NUMBER',
    'LATEST',
  ] as const) {
    const StartingSequenceNumber = ShardIteratorType === 'LATEST' ? undefined : EndingSequenceNumber
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName,
        ShardId: id(0),
        ShardIteratorType,
        StartingSequenceNumber,
      }),
    )
    await expect
      .poll(() => kinesis.send(new GetRecordsCommand({ ShardIterator })).catch(() => undefined), {
        timeout: 5000,
        interval: 300,
      })
      .toMatchObject({ Records: [] })
  }
})

test('a merge has two parents', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 3 })
  await kinesis.send(
    new MergeShardsCommand({ StreamName, ShardToMerge: id(1), AdjacentShardToMerge: id(0) }),
  )
  const { Shards = [] } = await describe(kinesis, StreamName)
  expect(Shards.at(-1)).toMatchObject({
    ShardId: id(3),
    ParentShardId: id(0),
    AdjacentParentShardId: id(1),
    HashKeyRange: {
      StartingHashKey: '0',
      EndingHashKey: '226854911280625642308916404954512140969',
    },
  })
})

test('what cannot be split or merged is refused in the words of AWS', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 3 })
  const account = fileAccount()
  const split = (ShardToSplit: string, NewStartingHashKey: string) =>
    kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
  const merge = (ShardToMerge: string, AdjacentShardToMerge: string) =>
    kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }))
  await expect(split(id(9), '5')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Could not find shard ${id(9)} in stream ${StreamName} under account ${account}.`,
  })
  await expect(split(id(0), '1')).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      `NewStartingHashKey 1 used in SplitShard() on shard ${id(0)} in stream ${StreamName} ` +
      `under account ${account} is not both greater than one plus the shard's StartingHashKey 0 ` +
      "and less than the shard's EndingHashKey 113427455640312821154458202477256070484.",
  })
  await expect(merge(id(0), id(2))).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      `Shards ${id(0)} and ${id(2)} in stream ${StreamName} under account ${account} ` +
      'are not an adjacent pair of shards eligible for merging',
  })
  await merge(id(0), id(1))
  await expect(split(id(0), '5')).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  await expect(merge(id(0), id(1))).rejects.toMatchObject({ name: 'InvalidArgumentException' })
})

test('scaling ends in uniform shards, within the limits of AWS', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 4 })
  const scale = (TargetShardCount: number) =>
    kinesis.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
    )
  expect(await scale(6)).toMatchObject({
    StreamName,
    StreamARN: streamArn(StreamName),
    CurrentShardCount: 4,
    TargetShardCount: 6,
  })
  const { Shards = [] } = await kinesis.send(
    new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
  )
  const sixth = 2n ** 128n / 6n
  const starts = Shards.map(({ HashKeyRange }) => BigInt(HashKeyRange?.StartingHashKey ?? -1))
  expect(starts.sort((a, b) => (a < b ? -1 : 1))).toEqual(
    [0n, 1n, 2n, 3n, 4n, 5n].map((n) => n * sixth),
  )
  await expect(scale(13)).rejects.toMatchObject({
    name: 'LimitExceededException',
    message:
      'UpdateShardCount cannot scale up over double your current open shard count. ' +
      'Current open shard count: 6, Target shard count: 13',
  })
  await expect(scale(2)).rejects.toThrow('cannot scale down below half')
  await scale(3)
  for (let call = 2; call < 10; call++) await scale(call % 2 === 0 ? 4 : 3)
  await expect(scale(4)).rejects.toMatchObject({ name: 'LimitExceededException' })
})

test('an on-demand stream is not resharded by hand', async () => {
  const StreamName = await newStream(kinesis, {})
  const scale = new UpdateShardCountCommand({
    StreamName,
    TargetShardCount: 5,
    ScalingType: 'UNIFORM_SCALING',
  })
  await expect(kinesis.send(scale)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('shards are listed by what they were at some time', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 2 })
  const created = (await describe(kinesis, StreamName)).StreamCreationTimestamp
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const NewStartingHashKey = String(2n ** 126n)
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: id(0), NewStartingHashKey }))
  const filtered = async (ShardFilter: object) =>
    (await shardIds({ StreamName, ShardFilter: ShardFilter as never })).ids
  const all = [id(0), id(1), id(2), id(3)]
  expect((await shardIds({ StreamName })).ids).toEqual(all)
  expect(await filtered({ Type: 'FROM_TRIM_HORIZON' })).toEqual(all)
  expect(await filtered({ Type: 'AT_TRIM_HORIZON' })).toEqual([id(0), id(1)])
  expect(await filtered({ Type: 'AT_LATEST' })).toEqual([id(1), id(2), id(3)])
  expect(await filtered({ Type: 'AFTER_SHARD_ID', ShardId: id(1) })).toEqual([id(2), id(3)])
  const past = new Date((created?.getTime() ?? 0) + 500)
  expect(await filtered({ Type: 'AT_TIMESTAMP', Timestamp: past })).toEqual([id(0), id(1)])
  expect(await filtered({ Type: 'FROM_TIMESTAMP', Timestamp: past })).toEqual(all)
  const late = new Date(Date.now() + 5000)
  expect(await filtered({ Type: 'FROM_TIMESTAMP', Timestamp: late })).toEqual([id(1), id(2), id(3)])
  await expect(filtered({ Type: 'AT_TIMESTAMP' })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
  await expect(filtered({ Type: 'AFTER_SHARD_ID' })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
})

test('shards are listed in pages, by token alone', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 5 })
  const first = await shardIds({ StreamName, MaxResults: 2 })
  expect(first.ids).toEqual([id(0), id(1)])
  const { NextToken } = first
  const rest = await shardIds({ NextToken })
  expect(rest).toEqual({ ids: [id(2), id(3), id(4)], NextToken: undefined })
  expect((await shardIds({ StreamName, ExclusiveStartShardId: id(3) })).ids).toEqual([id(4)])
  for (const input of [{ NextToken, StreamName }, {}, { NextToken: 'x' }]) {
    await expect(shardIds(input)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  }
  const made = { StreamName, StreamCreationTimestamp: new Date(0) }
  await expect(shardIds(made)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('an iterator of a deleted stream does not read from the one that took its name', async () => {
  const StreamName = await newStream(kinesis)
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  await kinesis.send(new DeleteStreamCommand({ StreamName }))
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const reading = kinesis.send(new GetRecordsCommand({ ShardIterator }))
  await expect(reading).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
