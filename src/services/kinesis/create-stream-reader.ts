import { parseArn } from '../../base/arn.ts'
import { deaggregate } from './aggregation.ts'
import type { ShardAt, ShardReads } from './shard-reads.ts'
import { shardAt } from './shard-reads.ts'
import type { StreamKey } from './stream.ts'
import { parseShardNumber, shardIdOf } from './stream.ts'
import { invalidArgument, shardNotFound } from './stream-errors.ts'
import type { StreamReader, StreamRecord } from './stream-reader.ts'
import type { Streams } from './streams.ts'

/** How the other services of the house read streams: by ARN, and without limits. */
export function createStreamReader(deps: {
  readonly streams: Streams
  readonly reads: ShardReads
}): StreamReader {
  const { streams, reads } = deps

  async function find(streamArn: string, shardId: string): Promise<ShardAt> {
    const key = keyOfArn(streamArn)
    const number = parseShardNumber(shardId)
    if (number === undefined) throw shardNotFound(key, shardId)
    return shardAt(key, await streams.getReady(key), number)
  }

  return {
    async shardsOf(streamArn) {
      const stream = await streams.getReady(keyOfArn(streamArn))
      return stream.shards.map(({ number, parents, closed }) => ({
        shardId: shardIdOf(number),
        parentShardIds: parents.map(shardIdOf),
        closed: closed !== undefined,
      }))
    },
    async startOffset(streamArn, shardId, start) {
      return reads.startOffset(await find(streamArn, shardId), start)
    },
    async read(streamArn, shardId, request) {
      const batch = await reads.read(await find(streamArn, shardId), request)
      return request.deaggregates ? { ...batch, records: batch.records.flatMap(apart) } : batch
    },
    async waitFor(streamArn, shardId, offset, signal) {
      await reads.waitFor(await find(streamArn, shardId), offset, signal)
    },
  }
}

/** The records of an aggregate, or the record as it is. */
function apart(record: StreamRecord): StreamRecord | StreamRecord[] {
  const inside = deaggregate(record.data)
  if (!inside) return record
  return inside.map(({ partitionKey, data }, subSequenceNumber) => {
    return { ...record, partitionKey, data, subSequenceNumber }
  })
}

/** Throws `InvalidArgumentException` for what is no ARN of a stream. */
export function keyOfArn(streamArn: string): StreamKey {
  const arn = parseArn(streamArn)
  const name = arn?.resource.startsWith('stream/') && arn.resource.slice('stream/'.length)
  if (arn?.service !== 'kinesis' || !name || name.includes('/')) {
    throw invalidArgument(`StreamARN ${streamArn} is not the ARN of a stream`)
  }
  return { accountId: arn.accountId, region: arn.region, name }
}
