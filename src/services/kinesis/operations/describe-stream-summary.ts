import { dateOf } from '../../../base/clock.ts'
import type { KinesisOperation } from '../contract.ts'
import { CONSUMERS_MAX } from '../limits.ts'
import { openShards, streamArn } from '../stream.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const describeStreamSummary: KinesisOperation<'DescribeStreamSummary'> = {
  name: 'DescribeStreamSummary',
  refuses: ['StreamId'],
  async run({ streams, consumers }, input, context) {
    const key = streamKeyOf(input, context)
    const stream = await streams.get(key)
    const registered = await consumers.list(key, { limit: CONSUMERS_MAX })
    return {
      StreamDescriptionSummary: {
        StreamName: stream.name,
        StreamARN: streamArn(key),
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: stream.mode },
        RetentionPeriodHours: stream.retentionHours,
        StreamCreationTimestamp: dateOf(stream.createdMs),
        EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
        EncryptionType: 'NONE',
        OpenShardCount: openShards(stream).length,
        ConsumerCount: registered.length,
        MaxRecordSizeInKiB: stream.recordKib,
        RecordDistributionStrategy: 'USER_PARTITION_KEY',
      },
    }
  },
}
