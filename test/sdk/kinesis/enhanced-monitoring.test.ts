import {
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { endpoint, fileAccount } from '../../support/client.ts'
import { describe, kinesisClient, newStream, putText, streamArn } from './kinesis-client.ts'

const kinesis = kinesisClient({ maxAttempts: 1 })
const ALL = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
]

/** The series of a stream on the metrics page, by name and shard. */
async function seriesOf(StreamName: string): Promise<Record<string, number>> {
  const page = await (await fetch(`${endpoint()}/metrics`)).text()
  const labels = `{account="${fileAccount()}",region="us-east-1",stream="${StreamName}",shard="`
  const lines = page.split('\n').filter((line) => line.includes(labels))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, shard, value] =
        /^headrace_shard_(\w+)\{.*shard="(\d+)"\} (\d+)/.exec(line) ?? []
      return [`${name} ${shard}`, Number(value)]
    }),
  )
}

test('shard-level metrics are counted while they are enabled', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 2 })
  await putText(kinesis, StreamName, 'k', 'not counted')
  expect(await seriesOf(StreamName)).toEqual({})
  const enabled = await kinesis.send(
    new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['ALL'] }),
  )
  expect(enabled).toMatchObject({
    StreamName,
    StreamARN: streamArn(StreamName),
    CurrentShardLevelMetrics: [],
    DesiredShardLevelMetrics: ALL,
  })
  const put = (size: number, ExplicitHashKey: string) => {
    const Data = Buffer.alloc(size)
    return kinesis.send(
      new PutRecordCommand({ StreamName, PartitionKey: 'k', ExplicitHashKey, Data }),
    )
  }
  await put(9, '0')
  await put(99, '0')
  await put(1_000_000, String(2n ** 127n))
  const refused = put(1_000_000, String(2n ** 127n))
  await expect(refused).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' })
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const read = new GetRecordsCommand({ ShardIterator, Limit: 2 })
  await kinesis.send(read)
  const more = await Promise.allSettled(Array.from({ length: 12 }, () => kinesis.send(read)))
  const readCount = 1 + more.filter(({ status }) => status === 'fulfilled').length
  const series = await seriesOf(StreamName)
  expect(series).toMatchObject({
    'incoming_bytes_total 0': 110,
    'incoming_records_total 0': 2,
    'incoming_records_total 1': 1,
    'incoming_bytes_total 1': 1_000_001,
    'refused_records_total 1': 1,
    'refused_reads_total 0': 13 - readCount,
    'outgoing_records_total 0': 2 * readCount,
  })
  expect(series['outgoing_bytes_total 0']).toBeGreaterThan(0)
  expect(series).toHaveProperty('iterator_age_milliseconds 0')
})

test('what is disabled leaves the page, the rest stays', async () => {
  const StreamName = await newStream(kinesis)
  await kinesis.send(
    new EnableEnhancedMonitoringCommand({
      StreamARN: streamArn(StreamName),
      ShardLevelMetrics: ['IncomingBytes', 'IncomingRecords'],
    }),
  )
  await putText(kinesis, StreamName, 'k', 'x')
  expect(Object.keys(await seriesOf(StreamName))).toHaveLength(2)
  const disabled = await kinesis.send(
    new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['IncomingBytes'] }),
  )
  expect(disabled).toMatchObject({
    CurrentShardLevelMetrics: ['IncomingBytes', 'IncomingRecords'],
    DesiredShardLevelMetrics: ['IncomingRecords'],
  })
  expect(Object.keys(await seriesOf(StreamName))).toEqual(['incoming_records_total 0'])
  const { EnhancedMonitoring } = await describe(kinesis, StreamName)
  expect(EnhancedMonitoring).toEqual([{ ShardLevelMetrics: ['IncomingRecords'] }])
  await kinesis.send(
    new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['ALL'] }),
  )
  expect(await seriesOf(StreamName)).toEqual({})
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))
  expect(summary.StreamDescriptionSummary?.EnhancedMonitoring).toEqual([{ ShardLevelMetrics: [] }])
})

test('a metric that is none is refused in the words of the model', async () => {
  const StreamName = await newStream(kinesis)
  const ShardLevelMetrics = ['Bytes' as 'ALL']
  await expect(
    kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
})
