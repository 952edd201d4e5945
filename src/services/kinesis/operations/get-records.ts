import type { KinesisOperation } from '../contract.ts'
import { GET_RECORDS_BYTES_MAX, GET_RECORDS_COUNT_MAX } from '../limits.ts'
import type { ShardIterator } from '../shard-iterator.ts'
import { decodeShardIterator, encodeShardIterator } from '../shard-iterator.ts'
import type { ShardAt } from '../shard-reads.ts'
import { shardAt } from '../shard-reads.ts'
import type { StreamKey } from '../stream.ts'
import { invalidArgument, noSuchShard } from '../stream-errors.ts'
import type { StreamRecord } from '../stream-reader.ts'
import type { Streams } from '../streams.ts'
import { millisBehindLatest, toWireRecord } from '../wire-record.ts'
import { streamKeyOf, toWireChildren } from '../wire-stream.ts'

export const getRecords: KinesisOperation<'GetRecords'> = {
  name: 'GetRecords',
  refuses: ['StreamId', 'DryRun'],
  async run({ streams, reads, readLimits, clock }, input, context) {
    const { accountId, region } = context
    const nowMs = clock.wallMs()
    const iterator = decodeShardIterator(input.ShardIterator, { accountId, region }, nowMs)
    if (input.StreamARN !== undefined) refuseOtherStream(iterator, streamKeyOf(input, context))
    const at = await shardOf(streams, iterator)
    readLimits.admit(at)
    const batch = await reads.read(at, {
      offset: iterator.offset,
      recordsMax: input.Limit ?? GET_RECORDS_COUNT_MAX,
      bytesMax: GET_RECORDS_BYTES_MAX,
    })
    readLimits.charge(at, sizeOf(batch.records))
    const isOver = batch.closed && batch.nextOffset >= batch.endOffset
    const next = { ...iterator, offset: batch.nextOffset, createdMs: clock.wallMs() }
    return {
      Records: batch.records.map(toWireRecord),
      ...(!isOver && { NextShardIterator: encodeShardIterator(next) }),
      MillisBehindLatest: millisBehindLatest(batch, clock.wallMs()),
      ...(isOver && { ChildShards: toWireChildren(at.stream, at.shard) }),
    }
  },
}

/** An iterator of a stream that was deleted does not read from a new one of the same name. */
async function shardOf(streams: Streams, iterator: ShardIterator): Promise<ShardAt> {
  const { key, creationId, shardNumber } = iterator
  const stream = await streams.get(key)
  if (stream.creationId !== creationId) throw noSuchShard(key, shardNumber)
  return shardAt(key, stream, shardNumber)
}

function refuseOtherStream(iterator: ShardIterator, key: StreamKey): void {
  if (iterator.key.name === key.name) return
  throw invalidArgument(`StreamARN names ${key.name}, and ShardIterator ${iterator.key.name}.`)
}

function sizeOf(records: ReadonlyArray<StreamRecord>): number {
  let size = 0
  for (const { data, partitionKey } of records) size += data.length + partitionKey.length
  return size
}
