import { createHash } from 'node:crypto'
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
  PutRecordsCommand,
  UpdateMaxRecordSizeCommand,
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
const SHARD = 'shardId-000000000000'
const MIB = 1 << 20

test('a record comes back with all that was put, behind those before it', async () => {
  const StreamName = await newStream(kinesis)
  const put = await putText(kinesis, StreamName, 'kürbis', 'first')
  expect(put).toMatchObject({ ShardId: SHARD, EncryptionType: 'NONE' })
  expect(put.SequenceNumber).toMatch(/^49\d{54}$/)
  const Data = Buffer.from([0, 255, 128])
  const ordered = await kinesis.send(
    new PutRecordCommand({
      StreamARN: streamArn(StreamName),
      PartitionKey: 'b',
      Data,
      SequenceNumberForOrdering: put.SequenceNumber,
    }),
  )
  expect(BigInt(ordered.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(put.SequenceNumber ?? 0))
  const { records, page } = await readShard(kinesis, StreamName)
  expect(records.map((one) => [one.PartitionKey, one.SequenceNumber])).toEqual([
    ['kürbis', put.SequenceNumber],
    ['b', ordered.SequenceNumber],
  ])
  expect(text(records[0]?.Data)).toBe('first')
  expect([...(records[1]?.Data ?? [])]).toEqual([0, 255, 128])
  expect(records[0]?.ApproximateArrivalTimestamp?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  expect(page).toMatchObject({ MillisBehindLatest: 0 })
  expect(page.NextShardIterator).toBeDefined()
})

test('records go to the shard that the MD5 of their key, or their hash key, belongs to', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 3 })
  const { Shards = [] } = await describe(kinesis, StreamName)
  const shardOf = (hash: bigint) =>
    Shards.find(
      ({ HashKeyRange: range }) =>
        hash >= BigInt(range?.StartingHashKey ?? 0) && hash <= BigInt(range?.EndingHashKey ?? 0),
    )?.ShardId
  const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`)
  const Records = keys.map((PartitionKey) => ({ PartitionKey, Data: Buffer.from(PartitionKey) }))
  const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  expect(answer).toMatchObject({ FailedRecordCount: 0 })
  for (const [index, key] of keys.entries()) {
    const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`)
    expect(answer.Records?.[index]?.ShardId).toBe(shardOf(hash))
  }
  for (const hash of [0n, 2n ** 127n, 2n ** 128n - 1n]) {
    const put = await kinesis.send(
      new PutRecordCommand({
        StreamName,
        PartitionKey: 'any',
        ExplicitHashKey: String(hash),
        Data: Buffer.from('x'),
      }),
    )
    expect(put.ShardId).toBe(shardOf(hash))
  }
  const perShard = await Promise.all(
    Shards.map(async ({ ShardId }) => (await readShard(kinesis, StreamName, ShardId)).records),
  )
  const numbers = perShard.map((records) => records.map(({ SequenceNumber }) => SequenceNumber))
  expect(numbers.flat()).toHaveLength(103)
  for (const one of numbers) expect(one).toEqual([...one].sort())
})

test('five hundred records are put at once, one more is refused', async () => {
  const StreamName = await newStream(kinesis)
  const record = { PartitionKey: 'a', Data: Buffer.from('a') }
  const put = (count: number) =>
    kinesis.send(new PutRecordsCommand({ StreamName, Records: Array(count).fill(record) }))
  expect(await put(500)).toMatchObject({ FailedRecordCount: 0 })
  await expect(put(501)).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(put(0)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('a record of a mebibyte is taken, one byte more is not, until the limit is raised', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 4 })
  const put = (size: number, ExplicitHashKey = '0') =>
    kinesis.send(
      new PutRecordCommand({
        StreamName,
        PartitionKey: 'a',
        ExplicitHashKey,
        Data: Buffer.alloc(size),
      }),
    )
  await put(MIB - 1)
  await expect(put(MIB + 1)).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value at 'data' failed to satisfy constraint: " +
      'Member must have length less than or equal to 1048576',
  })
  await expect(put(MIB)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  const many = new PutRecordsCommand({
    StreamName,
    Records: [
      { PartitionKey: 'a', Data: Buffer.from('a') },
      { PartitionKey: 'b', Data: Buffer.alloc(MIB + 1) },
    ],
  })
  await expect(kinesis.send(many)).rejects.toThrow("Value at 'records.2.member.data' failed")
  await kinesis.send(
    new UpdateMaxRecordSizeCommand({ StreamARN: streamArn(StreamName), MaxRecordSizeInKiB: 2048 }),
  )
  await put(2 * MIB - 1, String(2n ** 127n))
  await expect(put(2 * MIB + 1)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('a request of ten mebibytes is taken, one byte more is not', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 20 })
  const { Shards = [] } = await describe(kinesis, StreamName)
  const records = (last: number) =>
    Array.from({ length: 10 }, (_, index) => ({
      PartitionKey: 'k',
      ExplicitHashKey: Shards[index]?.HashKeyRange?.StartingHashKey,
      Data: Buffer.alloc(index === 9 ? last : MIB - 1),
    }))
  const full = await kinesis.send(new PutRecordsCommand({ StreamName, Records: records(MIB - 1) }))
  expect(full.FailedRecordCount).toBe(0)
  await kinesis.send(
    new UpdateMaxRecordSizeCommand({ StreamARN: streamArn(StreamName), MaxRecordSizeInKiB: 1025 }),
  )
  const over = new PutRecordsCommand({ StreamName, Records: records(MIB) })
  await expect(kinesis.send(over)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message: 'Records size exceeds 10 MB limit',
  })
})

test('keys have up to 256 characters', async () => {
  const StreamName = await newStream(kinesis)
  await putText(kinesis, StreamName, 'ü'.repeat(256), 'x')
  for (const key of ['', 'k'.repeat(257)]) {
    await expect(putText(kinesis, StreamName, key, 'x')).rejects.toMatchObject({
      name: 'ValidationException',
    })
  }
  const noKey = new PutRecordCommand({
    StreamName,
    Data: Buffer.from('x'),
    PartitionKey: undefined,
  })
  await expect(kinesis.send(noKey)).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value null at 'partitionKey' failed to satisfy constraint: " +
      'Member must not be null',
  })
})

test('what a put cannot mean is refused in the words of AWS', async () => {
  const StreamName = await newStream(kinesis)
  const put = (input: Partial<ConstructorParameters<typeof PutRecordCommand>[0]>) =>
    kinesis.send(
      new PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from('a'), ...input }),
    )
  await expect(put({ ExplicitHashKey: String(2n ** 128n) })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. ' +
      `Specified value was ${2n ** 128n}`,
  })
  await expect(put({ SequenceNumberForOrdering: '5' })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      `ExclusiveMinimumSequenceNumber 5 used in PutRecord on stream ${StreamName} ` +
      `under account ${fileAccount()} is invalid.`,
  })
  await expect(put({ StreamName: 'none' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Stream none under account ${fileAccount()} not found.`,
  })
  await expect(put({ StreamName: undefined })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
  await expect(put({ StreamARN: streamArn('other') })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
})

test('an iterator starts where it was told to', async () => {
  const StreamName = await newStream(kinesis)
  const numbers: string[] = []
  for (const value of ['a', 'b', 'c', 'd']) {
    numbers.push((await putText(kinesis, StreamName, 'k', value)).SequenceNumber ?? '')
  }
  const from = async (start: Parameters<typeof readShard>[3]) =>
    (await readShard(kinesis, StreamName, SHARD, start)).records
      .map(({ Data }) => text(Data))
      .join('')
  const at = numbers[1]
  expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toBe('abcd')
  expect(await from({ ShardIteratorType: 'LATEST' })).toBe('')
  const exact = { StartingSequenceNumber: at }
  expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...exact })).toBe('bcd')
  expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...exact })).toBe('cd')
  const { Shards } = await describe(kinesis, StreamName)
  const StartingSequenceNumber = Shards?.[0]?.SequenceNumberRange?.StartingSequenceNumber
  const start = { StartingSequenceNumber }
  expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...start })).toBe('abcd')
  expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...start })).toBe('abcd')
})

test('a time leads to the records from it on', async () => {
  const StreamName = await newStream(kinesis)
  await putText(kinesis, StreamName, 'k', 'before')
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const Timestamp = new Date(Date.now() - 500)
  await putText(kinesis, StreamName, 'k', 'after')
  const start = { ShardIteratorType: 'AT_TIMESTAMP' as const, Timestamp }
  const { records } = await readShard(kinesis, StreamName, SHARD, start)
  expect(records.map(({ Data }) => text(Data))).toEqual(['after'])
  const later = { ...start, Timestamp: new Date(Date.now() + 60_000) }
  await expect(readShard(kinesis, StreamName, SHARD, later)).rejects.toThrow(
    'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.',
  )
})

test('GetRecords keeps its limit and says how far behind it is', async () => {
  const StreamName = await newStream(kinesis)
  const Records = Array.from({ length: 30 }, (_, index) => ({
    PartitionKey: 'k',
    Data: Buffer.from(`${index}`),
  }))
  await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const first = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 10 }))
  expect(first.Records?.map(({ Data }) => text(Data))).toEqual(
    Records.slice(0, 10).map(({ Data }) => text(Data)),
  )
  expect(first.MillisBehindLatest).toBeGreaterThan(0)
  const next = await kinesis.send(
    new GetRecordsCommand({
      ShardIterator: first.NextShardIterator,
      StreamARN: streamArn(StreamName),
    }),
  )
  expect(next.Records).toHaveLength(20)
  expect(next.MillisBehindLatest).toBe(0)
  const over = new GetRecordsCommand({ ShardIterator, Limit: 10_001 })
  await expect(kinesis.send(over)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('iterators that are none are refused in the words of AWS', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 2 })
  const account = fileAccount()
  const iterate = (input: Partial<ConstructorParameters<typeof GetShardIteratorCommand>[0]>) =>
    kinesis.send(
      new GetShardIteratorCommand({
        StreamName,
        ShardId: SHARD,
        ShardIteratorType: 'LATEST',
        ...input,
      }),
    )
  const { SequenceNumber } = await kinesis.send(
    new PutRecordCommand({
      StreamName,
      PartitionKey: 'a',
      Data: Buffer.from('a'),
      ExplicitHashKey: '0',
    }),
  )
  const cases: [Parameters<typeof iterate>[0], string, string][] = [
    [
      { ShardId: 'ABC' },
      'ResourceNotFoundException',
      `Could not find shard ABC in stream ${StreamName} under account ${account}.`,
    ],
    [
      { ShardId: 'shardId-5' },
      'ResourceNotFoundException',
      `Shard shardId-000000000005 in stream ${StreamName} under account ${account} does not exist`,
    ],
    [
      { StreamName: 'none' },
      'ResourceNotFoundException',
      `Shard ${SHARD} in stream none under account ${account} does not exist`,
    ],
    [
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER' },
      'InvalidArgumentException',
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and ' +
        'StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
        'Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber.',
    ],
    [
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '5' },
      'InvalidArgumentException',
      `StartingSequenceNumber 5 used in GetShardIterator on shard ${SHARD} in stream ` +
        `${StreamName} under account ${account} is invalid.`,
    ],
    [
      {
        ShardId: '1',
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: SequenceNumber,
      },
      'InvalidArgumentException',
      `Invalid StartingSequenceNumber. It encodes ${SHARD}, while it was used in a call to a ` +
        'shard with shardId-000000000001',
    ],
  ]
  for (const [input, name, message] of cases) {
    await expect(iterate(input)).rejects.toMatchObject({ name, message })
  }
  const bad = new GetRecordsCommand({ ShardIterator: 'AAAA' })
  await expect(kinesis.send(bad)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message: 'Invalid ShardIterator.',
  })
  await expect(iterate({ DryRun: true })).rejects.toThrow('DryRun')
})
