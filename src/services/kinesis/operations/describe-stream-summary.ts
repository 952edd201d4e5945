import { dateOf } from '../../../base/clock.ts'
import type { KinesisOperation } from '../contract.ts'
import { CONSUMERS_ADVANTAGE_MAX } from '../limits.ts'
import { openShards, streamArn } from '../stream.ts'
import { sharedKeyOf, toWireState, toWireWarmth } from '../wire-stream.ts'

export const describeStreamSummary: KinesisOperation<'DescribeStreamSummary'> = {
  name: 'DescribeStreamSummary',
  refuses: ['StreamId'],
  async run({ access, consumers, accounts }, input, context) {
    const key = sharedKeyOf(input, context)
    const stream = await access.stream(key, 'DescribeStreamSummary', context)
    const registered = await consumers.list(key, { limit: CONSUMERS_ADVANTAGE_MAX })
    const isWarm = stream.mode === 'ON_DEMAND' && (await accounts.isAdvantage(key))
    return {
      StreamDescriptionSummary: {
        StreamName: stream.name,
        StreamARN: streamArn(key),
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: stream.mode },
        RetentionPeriodHours: stream.retentionHours,
        StreamCreationTimestamp: dateOf(stream.createdMs),
        ...toWireState(stream),
        OpenShardCount: openShards(stream).length,
        ConsumerCount: registered.length,
        MaxRecordSizeInKiB: stream.recordKib,
        ...(isWarm && { WarmThroughput: toWireWarmth(stream) }),
        ...(stream.mode === 'ON_DEMAND' && {
          RecordDistributionStrategy: stream.distributesEvenly ? 'AUTO' : 'USER_PARTITION_KEY',
        }),
      },
    }
  },
}
