import type { Output } from '../../../wire/contract.ts'
import type { KinesisDeps, KinesisOperation } from '../contract.ts'
import { sequenceNumberOf, startingSequenceNumber } from '../sequence-number.ts'
import type { ShardAt } from '../shard-reads.ts'
import { shardAt } from '../shard-reads.ts'
import type { ShardBatch } from '../stream-reader.ts'
import type { SubscriptionEvent } from '../subscriptions.ts'
import { consumerOf } from '../wire-consumer.ts'
import { millisBehindLatest, toWireRecord } from '../wire-record.ts'
import { offsetOfStart } from '../wire-start.ts'
import { shardNumberOf, toWireChildren } from '../wire-stream.ts'

type Events = NonNullable<
  Output<typeof import('@aws-sdk/client-kinesis'), 'SubscribeToShard'>['EventStream']
>

export const subscribeToShard: KinesisOperation<'SubscribeToShard'> = {
  name: 'SubscribeToShard',
  refuses: ['StreamId', 'DryRun'],
  async run(deps, input, context) {
    const { key } = await consumerOf(deps, input, context)
    const stream = await deps.streams.getReady(key.stream)
    const at = shardAt(key.stream, stream, shardNumberOf(key.stream, input.ShardId))
    const offset = await offsetOfStart(deps.reads, deps.clock, at, {
      type: input.StartingPosition.Type,
      sequenceNumber: input.StartingPosition.SequenceNumber,
      timestamp: input.StartingPosition.Timestamp,
      operation: 'SubscribeToShard',
    })
    const request = { consumerArn: input.ConsumerARN, consumerName: key.name, at, offset }
    const events = deps.subscriptions.open(request, context.signal)
    return { EventStream: toWireEvents(deps, at, events) }
  },
}

async function* toWireEvents(
  { clock }: KinesisDeps,
  start: ShardAt,
  events: AsyncIterable<SubscriptionEvent>,
): Events extends AsyncIterable<infer Event> ? AsyncGenerator<Event> : never {
  let continuation = startingSequenceNumber(start.shard)
  for await (const event of events) {
    if (event.kind === 'taken over') {
      yield { ResourceInUseException: event.error as never }
      return
    }
    const { batch, at } = event
    continuation = continuationOf(at, batch) ?? continuation
    const isOver = batch.closed && batch.nextOffset >= batch.endOffset
    yield {
      SubscribeToShardEvent: {
        Records: batch.records.map(toWireRecord),
        // AWS: at the end of a shard there is no number, and there are children.
        ContinuationSequenceNumber: isOver ? undefined : continuation,
        MillisBehindLatest: millisBehindLatest(batch, clock.wallMs()),
        ...(isOver && { ChildShards: toWireChildren(at.stream, at.shard) }),
      },
    }
  }
}

/** The number after which a later subscription goes on: that of the last record before the next. */
function continuationOf({ shard }: ShardAt, batch: ShardBatch): string | undefined {
  const last = batch.records.at(-1)
  return last && sequenceNumberOf(shard, last)
}
