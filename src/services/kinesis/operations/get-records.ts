import type { KinesisOperation } from '../contract.ts'
import { GET_RECORDS_BYTES_MAX, GET_RECORDS_COUNT_MAX } from '../limits.ts'
import type { ShardIterator } from '../shard-iterator.ts'
import { decodeShardIterator, encodeShardIterator } from '../shard-iterator.ts'
import type { ShardAt } from '../shard-reads.ts'
import { shardAt } from '../shard-reads.ts'
import type { Stream, StreamKey } from '../stream.ts'
import { invalidArgument, noSuchShard } from '../stream-errors.ts'
import type { StreamRecord } from '../stream-reader.ts'
import { refuseDryRun } from '../wire-dry-run.ts'
import { millisBehindLatest, toWireRecords } from '../wire-record.ts'
import { sharedKeyOf, toWireChildren } from '../wire-stream.ts'

export const getRecords: KinesisOperation<'GetRecords'> = {
  name: 'GetRecords',
  refuses: ['StreamId'],
  async run({ access, reads, readLimits, shardMetrics, clock }, input, context) {
    const named = input.StreamARN === undefined ? undefined : sharedKeyOf(input, context)
    const { accountId, region } = named ?? context
    const nowMs = clock.wallMs()
    const iterator = decodeShardIterator(input.ShardIterator, { accountId, region }, nowMs)
    if (named) refuseOtherStream(iterator, named)
    const at = shardOf(iterator, await access.stream(iterator.key, 'GetRecords', context))
    refuseDryRun(input.DryRun)
    readLimits.admit(at)
    const batch = await reads.read(at, {
      offset: iterator.offset,
      recordsMax: input.Limit ?? GET_RECORDS_COUNT_MAX,
      bytesMax: GET_RECORDS_BYTES_MAX,
    })
    const sizeBytes = sizeOf(batch.records)
    readLimits.charge(at, sizeBytes)
    shardMetrics.read(at, batch, sizeBytes)
    const isOver = batch.closed && batch.nextOffset >= batch.endOffset
    const next = { ...iterator, offset: batch.nextOffset, createdMs: clock.wallMs() }
    return {
      Records: toWireRecords(at.stream, batch),
      ...(!isOver && { NextShardIterator: encodeShardIterator(next) }),
      MillisBehindLatest: millisBehindLatest(batch, clock.wallMs()),
      ...(isOver && { ChildShards: toWireChildren(at.stream, at.shard) }),
    }
  },
}

/** An iterator of a stream that was deleted does not read from a new one of the same name. */
function shardOf({ key, creationId, shardNumber }: ShardIterator, stream: Stream): ShardAt {
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
