import type { ServiceError } from '../../../base/errors.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { KinesisOperation } from '../contract.ts'
import {
  ON_DEMAND_SHARDS,
  ON_DEMAND_STREAMS_MAX,
  RECORD_KIB_DEFAULT,
  RETENTION_HOURS_MIN,
  SHARDS_MAX,
} from '../limits.ts'
import type { StreamMode } from '../stream.ts'
import { invalidArgument, invalidRequest, limitExceeded } from '../stream-errors.ts'
import type { StreamUsage } from '../streams.ts'
import { withTags } from '../tags.ts'
import { refuseWarmth } from '../wire-warmth.ts'

export const createStream: KinesisOperation<'CreateStream'> = {
  name: 'CreateStream',
  async run({ streams, accounts }, input, context) {
    const { accountId, region } = context
    const key = { accountId, region, name: input.StreamName }
    // AWS: without a shard count a stream has four shards (recorded by LocalStack, 2022).
    const mode =
      input.StreamModeDetails?.StreamMode ?? (input.ShardCount ? 'PROVISIONED' : 'ON_DEMAND')
    const { WarmThroughputMiBps: warmMibps } = input
    await refuseWarmth(accounts, key, mode, warmMibps)
    const shardCount = Math.max(shardCountOf(mode, input.ShardCount), warmMibps ?? 0)
    const distributesEvenly = input.RecordDistributionStrategy === 'AUTO'
    if (distributesEvenly && mode !== 'ON_DEMAND') throw notDistributed()
    const tags = withTags({}, input.Tags ?? {}, `stream ${key.name} under account ${accountId}`)
    refuseTooMany(mode, shardCount, await streams.usage(context), context)
    await streams.create(key, {
      mode,
      shardCount,
      tags,
      recordKib: input.MaxRecordSizeInKiB ?? RECORD_KIB_DEFAULT,
      retentionHours: RETENTION_HOURS_MIN,
      ...(warmMibps !== undefined && { warmMibps }),
      ...(distributesEvenly && { distributesEvenly }),
    })
    return {}
  },
}

function shardCountOf(mode: StreamMode, given: number | undefined): number {
  if (mode === 'PROVISIONED') {
    if (given !== undefined) return given
    throw invalidRequest('ShardCount must be specified for a stream in PROVISIONED mode.')
  }
  if (given === undefined) return ON_DEMAND_SHARDS
  throw invalidRequest('ShardCount must not be specified for a stream in ON_DEMAND mode.')
}

function refuseTooMany(
  mode: StreamMode,
  shardCount: number,
  usage: StreamUsage,
  { accountId, region }: RequestContext,
): void {
  // AWS: the text is recorded in kinesalite, actions/splitShard.js.
  if (usage.openShards + shardCount > SHARDS_MAX) {
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${accountId} in ${region}. ` +
        `Current shard count for the account: ${usage.openShards}. Limit: ${SHARDS_MAX}. ` +
        `Number of additional shards that would have resulted from this request: ${shardCount}.`,
    )
  }
  if (mode === 'ON_DEMAND' && usage.onDemandStreams >= ON_DEMAND_STREAMS_MAX) {
    throw limitExceeded(
      `This request would exceed the limit of on-demand streams for the account ${accountId} in ` +
        `${region}. Limit: ${ON_DEMAND_STREAMS_MAX}.`,
    )
  }
}

function notDistributed(): ServiceError {
  return invalidArgument(
    'RecordDistributionStrategy AUTO is only supported for streams in ON_DEMAND mode.',
  )
}
