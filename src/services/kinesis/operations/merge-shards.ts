import type { KinesisOperation } from '../contract.ts'
import { numberOf } from '../hash-key.ts'
import { planMerge } from '../resharding.ts'
import type { Shard, Stream, StreamKey } from '../stream.ts'
import { findShard, shardIdOf } from '../stream.ts'
import { invalidArgument, shardNotFound } from '../stream-errors.ts'
import { refuseOnDemand, shardNumberOf, streamKeyOf } from '../wire-stream.ts'

export const mergeShards: KinesisOperation<'MergeShards'> = {
  name: 'MergeShards',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    const key = streamKeyOf(input, context)
    const first = shardNumberOf(key, input.ShardToMerge)
    const second = shardNumberOf(key, input.AdjacentShardToMerge)
    await streams.change(key, (stream) => {
      const shards = [shardOf(key, stream, first), shardOf(key, stream, second)]
      refuseOnDemand(key, stream)
      const [lower, upper] = shards.sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
      if (!lower || !upper || !areNeighbours(lower, upper)) {
        // AWS: the text is recorded in kinesalite, actions/mergeShards.js.
        throw invalidArgument(
          `Shards ${shardIdOf(first)} and ${shardIdOf(second)} in stream ${key.name} under ` +
            `account ${key.accountId} are not an adjacent pair of shards eligible for merging`,
        )
      }
      const pair = { lower: lower.number, upper: upper.number }
      return { ...stream, ...planMerge(stream, pair), status: 'UPDATING' }
    })
    return {}
  },
}

function shardOf(key: StreamKey, stream: Stream, number: number): Shard {
  const shard = findShard(stream, number)
  if (!shard) throw shardNotFound(key, shardIdOf(number))
  return shard
}

function areNeighbours(lower: Shard, upper: Shard): boolean {
  const areOpen = !lower.closed && !upper.closed
  return areOpen && numberOf(lower.endHash) + 1n === numberOf(upper.startHash)
}
