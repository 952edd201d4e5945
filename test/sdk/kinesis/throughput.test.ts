import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { endpoint, fileAccount } from '../../support/client.ts'
import { kinesisClient, newStream, putText } from './kinesis-client.ts'

const kinesis = kinesisClient({ maxAttempts: 1 })
const MIB = 1 << 20

test('a shard takes a mebibyte a second: the next put is refused, and passes later', async () => {
  const StreamName = await newStream(kinesis)
  const put = (size: number) =>
    kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.alloc(size) }))
  await put(MIB - 1)
  await expect(put(MIB - 1)).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    message:
      `Rate exceeded for shard shardId-000000000000 in stream ${StreamName} ` +
      `under account ${fileAccount()}.`,
  })
  await expect
    .poll(
      () =>
        put(MIB - 1).then(
          () => 'put',
          () => 'refused',
        ),
      { timeout: 5000 },
    )
    .toBe('put')
})

test('only the records of the shard that has enough fail, and they are counted', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 2 })
  const top = String(2n ** 127n)
  const Records = [
    ...Array.from({ length: 3 }, () => ({
      PartitionKey: 'k',
      ExplicitHashKey: '0',
      Data: Buffer.alloc(0.9 * MIB),
    })),
    { PartitionKey: 'k', ExplicitHashKey: top, Data: Buffer.from('x') },
  ]
  const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  expect(answer.FailedRecordCount).toBe(2)
  expect(answer.Records?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'ProvisionedThroughputExceededException',
    'ProvisionedThroughputExceededException',
    undefined,
  ])
  expect(answer.Records?.[1]).toEqual({
    ErrorCode: 'ProvisionedThroughputExceededException',
    ErrorMessage:
      `Rate exceeded for shard shardId-000000000000 in stream ${StreamName} ` +
      `under account ${fileAccount()}.`,
  })
  expect(answer.Records?.[3]?.SequenceNumber).toBeDefined()
  const metrics = await (await fetch(`${endpoint()}/metrics`)).text()
  const line = `headrace_throttled_total{service="kinesis",resource="${StreamName}"} 2`
  expect(metrics).toContain(line)
})

test('a shard answers five GetRecords calls a second', async () => {
  const StreamName = await newStream(kinesis)
  await putText(kinesis, StreamName, 'k', 'x')
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const read = () => kinesis.send(new GetRecordsCommand({ ShardIterator }))
  const results = await Promise.allSettled(Array.from({ length: 12 }, read))
  const refused = results.filter((one) => one.status === 'rejected')
  expect(refused.length).toBeGreaterThanOrEqual(5)
  for (const { reason } of refused) {
    expect(reason).toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: expect.stringContaining('Rate exceeded for shard shardId-000000000000 in stream'),
    })
  }
})
