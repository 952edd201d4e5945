import type { KinesisOperation } from '../contract.ts'
import { decimalOf, numberOf } from '../hash-key.ts'
import { SHARDS_MAX } from '../limits.ts'
import { planSplit } from '../resharding.ts'
import type { Shard, StreamKey } from '../stream.ts'
import { findShard, shardIdOf } from '../stream.ts'
import { invalidArgument, limitExceeded, shardNotFound } from '../stream-errors.ts'
import { refuseOnDemand, shardNumberOf, streamKeyOf } from '../wire-stream.ts'

export const splitShard: KinesisOperation<'SplitShard'> = {
  name: 'SplitShard',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    const key = streamKeyOf(input, context)
    const number = shardNumberOf(key, input.ShardToSplit)
    const hash = BigInt(input.NewStartingHashKey)
    const { openShards } = await streams.usage(key)
    await streams.change(key, (stream) => {
      const shard = findShard(stream, number)
      if (!shard) throw shardNotFound(key, shardIdOf(number))
      refuseOnDemand(key, stream)
      refuseClosed(key, shard)
      refuseHash(key, shard, hash)
      if (openShards + 1 > SHARDS_MAX) {
        throw limitExceeded(
          `This request would exceed the shard limit for the account ${key.accountId} in ` +
            `${key.region}. Current shard count for the account: ${openShards}. ` +
            `Limit: ${SHARDS_MAX}. Number of additional shards that would have resulted from ` +
            'this request: 1.',
        )
      }
      return { ...stream, ...planSplit(stream, number, hash), status: 'UPDATING' }
    })
    return {}
  },
}

function refuseClosed({ name, accountId }: StreamKey, { number, closed }: Shard): void {
  if (!closed) return
  throw invalidArgument(
    `Shard ${shardIdOf(number)} in stream ${name} under account ${accountId} is closed and ` +
      'cannot be split.',
  )
}

// AWS: the text is recorded in kinesalite, actions/splitShard.js.
function refuseHash({ name, accountId }: StreamKey, shard: Shard, hash: bigint): void {
  if (hash > numberOf(shard.startHash) + 1n && hash < numberOf(shard.endHash)) return
  throw invalidArgument(
    `NewStartingHashKey ${hash} used in SplitShard() on shard ${shardIdOf(shard.number)} in ` +
      `stream ${name} under account ${accountId} is not both greater than one plus the shard's ` +
      `StartingHashKey ${decimalOf(shard.startHash)} and less than the shard's EndingHashKey ` +
      `${decimalOf(shard.endHash)}.`,
  )
}
