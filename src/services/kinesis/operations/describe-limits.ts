import type { KinesisOperation } from '../contract.ts'
import { ON_DEMAND_STREAMS_MAX, SHARDS_MAX } from '../limits.ts'

export const describeLimits: KinesisOperation<'DescribeLimits'> = {
  name: 'DescribeLimits',
  async run({ streams }, _input, { accountId, region }) {
    const { openShards, onDemandStreams } = await streams.usage({ accountId, region })
    return {
      ShardLimit: SHARDS_MAX,
      OpenShardCount: openShards,
      OnDemandStreamCount: onDemandStreams,
      OnDemandStreamCountLimit: ON_DEMAND_STREAMS_MAX,
    }
  },
}
