import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { kinesisClient, newStream, readShard, streamArn } from './kinesis-client.ts'

const kinesis = kinesisClient({ maxAttempts: 1 })
const DryRun = true
const passed = { name: 'DryRunOperationException' }

test('a dry run of a put tells what would become of it, and puts nothing', async () => {
  const StreamName = await newStream(kinesis)
  const record = { PartitionKey: 'k', Data: Buffer.from('x') }
  const one = (more: object) =>
    kinesis.send(new PutRecordCommand({ StreamName, ...record, DryRun, ...more }))
  const many = (more: object) =>
    kinesis.send(new PutRecordsCommand({ StreamName, Records: [{ ...record, ...more }], DryRun }))
  await expect(one({})).rejects.toMatchObject(passed)
  await expect(many({})).rejects.toMatchObject(passed)
  const tooHigh = { ExplicitHashKey: String(2n ** 128n) }
  const tooLarge = { Data: Buffer.alloc(1_048_577) }
  await expect(one({ StreamName: 'none' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  for (const put of [one, many]) {
    await expect(put(tooHigh)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await expect(put(tooLarge)).rejects.toMatchObject({ name: 'ValidationException' })
  }
  expect((await readShard(kinesis, StreamName)).records).toEqual([])
})

test('a dry run of a read checks it, and reads nothing', async () => {
  const StreamName = await newStream(kinesis)
  const place = { StreamName, ShardId: '0', ShardIteratorType: 'LATEST' as const }
  await expect(
    kinesis.send(new GetShardIteratorCommand({ ...place, DryRun })),
  ).rejects.toMatchObject(passed)
  await expect(
    kinesis.send(new GetShardIteratorCommand({ ...place, ShardId: '7', DryRun })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(place))
  await expect(
    kinesis.send(new GetRecordsCommand({ ShardIterator, DryRun })),
  ).rejects.toMatchObject(passed)
  await expect(
    kinesis.send(new GetRecordsCommand({ ShardIterator: 'none', DryRun })),
  ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
})

test('a dry run of a subscription leaves the place of the consumer free', async () => {
  const StreamName = await newStream(kinesis)
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({
      StreamARN: streamArn(StreamName),
      ConsumerName: 'consumer',
    }),
  )
  const request = {
    ConsumerARN: Consumer?.ConsumerARN,
    ShardId: '0',
    StartingPosition: { Type: 'LATEST' as const },
  }
  await expect(
    kinesis.send(new SubscribeToShardCommand({ ...request, DryRun })),
  ).rejects.toMatchObject(passed)
  const { EventStream } = await kinesis.send(new SubscribeToShardCommand(request))
  for await (const event of EventStream ?? []) {
    expect(event.SubscribeToShardEvent?.Records).toEqual([])
    break
  }
})
