import { dateOf } from '../../../base/clock.ts'
import type { KinesisOperation } from '../contract.ts'
import { DESCRIBE_SHARDS_DEFAULT } from '../limits.ts'
import { streamArn } from '../stream.ts'
import { shardNumberOf, sharedKeyOf, toWireShard, toWireState } from '../wire-stream.ts'

export const describeStream: KinesisOperation<'DescribeStream'> = {
  name: 'DescribeStream',
  refuses: ['StreamId'],
  async run({ access }, input, context) {
    const key = sharedKeyOf(input, context)
    const stream = await access.stream(key, 'DescribeStream', context)
    const after = input.ExclusiveStartShardId
    const behind = after === undefined ? -1 : shardNumberOf(key, after)
    const shards = stream.shards.filter(({ number }) => number > behind)
    const limit = input.Limit ?? DESCRIBE_SHARDS_DEFAULT
    // AWS: no shards are shown before the stream is ACTIVE for the first time.
    const shown = stream.status === 'CREATING' ? [] : shards.slice(0, limit)
    return {
      StreamDescription: {
        StreamName: stream.name,
        StreamARN: streamArn(key),
        StreamStatus: stream.status,
        StreamModeDetails: { StreamMode: stream.mode },
        Shards: shown.map(toWireShard),
        HasMoreShards: stream.status !== 'CREATING' && shards.length > limit,
        RetentionPeriodHours: stream.retentionHours,
        StreamCreationTimestamp: dateOf(stream.createdMs),
        ...toWireState(stream),
      },
    }
  },
}
