import {
  CreateStreamCommand,
  DescribeAccountSettingsCommand,
  DescribeStreamSummaryCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  UpdateAccountSettingsCommand,
  UpdateStreamModeCommand,
  UpdateStreamRecordDistributionStrategyCommand,
  UpdateStreamWarmThroughputCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { newAccount } from '../../support/client.ts'
import {
  describe,
  kinesisClient,
  newStream,
  putText,
  readShard,
  streamArn,
} from './kinesis-client.ts'

const kinesis = kinesisClient()
const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const }

async function summaryOf(StreamName: string, client = kinesis) {
  const { StreamDescriptionSummary } = await client.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  )
  return StreamDescriptionSummary
}

function commit(Status: 'ENABLED' | 'DISABLED', client = kinesis) {
  const MinimumThroughputBillingCommitment = { Status }
  return client.send(new UpdateAccountSettingsCommand({ MinimumThroughputBillingCommitment }))
}

test('an account commits itself, and is bound for a day', async () => {
  const own = kinesisClient({ account: newAccount() })
  const settings = async () =>
    (await own.send(new DescribeAccountSettingsCommand({}))).MinimumThroughputBillingCommitment
  expect(await settings()).toEqual({ Status: 'DISABLED' })
  const { MinimumThroughputBillingCommitment: enabled } = await commit('ENABLED', own)
  expect(enabled).toMatchObject({ Status: 'ENABLED' })
  const { StartedAt, EarliestAllowedEndAt } = enabled ?? {}
  expect(Number(EarliestAllowedEndAt) - Number(StartedAt)).toBe(24 * 3_600_000)
  expect(await settings()).toEqual(enabled)
  const { MinimumThroughputBillingCommitment: ending } = await commit('DISABLED', own)
  expect(ending).toEqual({ ...enabled, Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END' })
  await commit('ENABLED', own)
  expect(await settings()).toEqual(enabled)
})

test('warm throughput is room at once, in accounts that are committed', async () => {
  const own = kinesisClient({ account: newAccount() })
  const StreamName = await newStream(own, { StreamModeDetails })
  const warm = (WarmThroughputMiBps: number) =>
    own.send(new UpdateStreamWarmThroughputCommand({ StreamName, WarmThroughputMiBps }))
  await expect(warm(8)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('MinimumThroughputBillingCommitment enabled'),
  })
  expect(await summaryOf(StreamName, own)).not.toHaveProperty('WarmThroughput')
  await commit('ENABLED', own)
  expect(await warm(8)).toMatchObject({
    StreamName,
    WarmThroughput: { TargetMiBps: 8, CurrentMiBps: 4 },
  })
  expect(await summaryOf(StreamName, own)).toMatchObject({
    StreamStatus: 'ACTIVE',
    OpenShardCount: 8,
    WarmThroughput: { TargetMiBps: 8, CurrentMiBps: 8 },
  })
  await warm(5)
  expect(await summaryOf(StreamName, own)).toMatchObject({ OpenShardCount: 5 })
  await expect(warm(10_241)).rejects.toMatchObject({ name: 'LimitExceededException' })
  await expect(warm(-1)).rejects.toMatchObject({ name: 'ValidationException' })
  const made = await newStream(own, { StreamModeDetails, WarmThroughputMiBps: 6 })
  expect(await summaryOf(made, own)).toMatchObject({
    OpenShardCount: 6,
    WarmThroughput: { TargetMiBps: 6, CurrentMiBps: 6 },
  })
})

test('a provisioned stream has no warm throughput, and gets one when it becomes on-demand', async () => {
  const account = newAccount()
  const own = kinesisClient({ account })
  await commit('ENABLED', own)
  const StreamName = await newStream(own, { ShardCount: 2 })
  const StreamARN = `arn:aws:kinesis:us-east-1:${account}:stream/${StreamName}`
  await expect(
    own.send(new UpdateStreamWarmThroughputCommand({ StreamName, WarmThroughputMiBps: 8 })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(
    own.send(new CreateStreamCommand({ StreamName: 'x', ShardCount: 1, WarmThroughputMiBps: 8 })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await own.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails }))
  expect(await summaryOf(StreamName, own)).toMatchObject({ OpenShardCount: 2 })
  const back = { StreamMode: 'PROVISIONED' as const }
  await own.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: back }))
  await expect(
    own.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails })),
  ).rejects.toMatchObject({ name: 'LimitExceededException' })
  const second = await newStream(own, { ShardCount: 2 })
  await own.send(
    new UpdateStreamModeCommand({
      StreamARN: `arn:aws:kinesis:us-east-1:${account}:stream/${second}`,
      StreamModeDetails,
      WarmThroughputMiBps: 7,
    }),
  )
  expect(await summaryOf(second, own)).toMatchObject({ OpenShardCount: 7 })
})

test('a stream has 20 consumers, and 50 when it is on-demand in a committed account', async () => {
  const account = newAccount()
  const own = kinesisClient({ account })
  const StreamName = await newStream(own, { StreamModeDetails })
  const StreamARN = `arn:aws:kinesis:us-east-1:${account}:stream/${StreamName}`
  const register = (number: number) =>
    own.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: `consumer-${number}` }))
  for (let number = 0; number < 20; number++) await register(number)
  await expect(register(20)).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: `Stream ${StreamName} under account ${account} cannot have more than 20 consumers.`,
  })
  await commit('ENABLED', own)
  for (let number = 20; number < 50; number++) await register(number)
  await expect(register(50)).rejects.toMatchObject({ name: 'LimitExceededException' })
  expect(await summaryOf(StreamName, own)).toMatchObject({ ConsumerCount: 50 })
})

test('a stream that distributes by itself fills its shards evenly, whatever the keys are', async () => {
  const StreamName = await newStream(kinesis, { StreamModeDetails })
  const StreamARN = streamArn(StreamName)
  const noKey = { Data: Buffer.from('x') }
  const put = (Records: object[]) =>
    kinesis.send(new PutRecordsCommand({ StreamName, Records: Records as [] }))
  await expect(put([noKey])).rejects.toMatchObject({ name: 'ValidationException' })
  const choose = (RecordDistributionStrategy: 'AUTO' | 'USER_PARTITION_KEY') =>
    kinesis.send(
      new UpdateStreamRecordDistributionStrategyCommand({ StreamARN, RecordDistributionStrategy }),
    )
  await choose('AUTO')
  expect(await summaryOf(StreamName)).toMatchObject({ RecordDistributionStrategy: 'AUTO' })
  const answer = await put([
    ...Array.from({ length: 20 }, () => ({ ...noKey, PartitionKey: 'the same' })),
    ...Array.from({ length: 20 }, () => noKey),
  ])
  expect(answer.FailedRecordCount).toBe(0)
  const { Shards } = await describe(kinesis, StreamName)
  for (const { ShardId } of Shards ?? []) {
    const { records } = await readShard(kinesis, StreamName, ShardId)
    expect(records.map(({ PartitionKey }) => PartitionKey)).toEqual([
      ...Array(5).fill('the same'),
      ...Array(5).fill(''),
    ])
  }
  await choose('USER_PARTITION_KEY')
  await expect(put([noKey])).rejects.toMatchObject({ name: 'ValidationException' })
  await putText(kinesis, StreamName, 'k', 'x')
})

test('only an on-demand stream distributes by itself', async () => {
  const StreamName = await newStream(kinesis)
  const RecordDistributionStrategy = 'AUTO'
  const StreamARN = streamArn(StreamName)
  const change = new UpdateStreamRecordDistributionStrategyCommand({
    StreamARN,
    RecordDistributionStrategy,
  })
  await expect(kinesis.send(change)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  await expect(
    kinesis.send(
      new CreateStreamCommand({ StreamName: 'even', ShardCount: 1, RecordDistributionStrategy }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  const made = await newStream(kinesis, { StreamModeDetails, RecordDistributionStrategy })
  expect(await summaryOf(made)).toMatchObject({ RecordDistributionStrategy })
  const back = { StreamMode: 'PROVISIONED' as const }
  await expect(
    kinesis.send(
      new UpdateStreamModeCommand({ StreamARN: streamArn(made), StreamModeDetails: back }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
})
