import type { Clock } from '../../../base/clock.ts'
import type { Output } from '../../../wire/contract.ts'
import type { KinesisDeps, KinesisOperation } from '../contract.ts'
import { sequenceNumberOf, startingSequenceNumber } from '../sequence-number.ts'
import type { ShardAt } from '../shard-reads.ts'
import { shardAt } from '../shard-reads.ts'
import type { ShardBatch } from '../stream-reader.ts'
import type { SubscriptionEvent } from '../subscriptions.ts'
import { refuseDryRun } from '../wire-dry-run.ts'
import { millisBehindLatest, toWireRecords } from '../wire-record.ts'
import { offsetOfStart } from '../wire-start.ts'
import { shardNumberOf, toWireChildren } from '../wire-stream.ts'

type Events = NonNullable<
  Output<typeof import('@aws-sdk/client-kinesis'), 'SubscribeToShard'>['EventStream']
>

export const subscribeToShard: KinesisOperation<'SubscribeToShard'> = {
  name: 'SubscribeToShard',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { key } = await deps.access.consumer(input.ConsumerARN, 'SubscribeToShard', context)
    const stream = await deps.streams.getReady(key.stream)
    const at = shardAt(key.stream, stream, shardNumberOf(key.stream, input.ShardId))
    const offset = await offsetOfStart(deps.reads, deps.clock, at, {
      type: input.StartingPosition.Type,
      sequenceNumber: input.StartingPosition.SequenceNumber,
      timestamp: input.StartingPosition.Timestamp,
      operation: 'SubscribeToShard',
    })
    refuseDryRun(input.DryRun)
    const request = { consumerArn: input.ConsumerARN, consumerName: key.name, at, offset }
    const events = deps.subscriptions.open(request, context.signal)
    return { EventStream: toWireEvents(deps, events) }
  },
}

async function* toWireEvents(
  { clock }: KinesisDeps,
  events: AsyncIterable<SubscriptionEvent>,
): Events extends AsyncIterable<infer Event> ? AsyncGenerator<Event> : never {
  for await (const event of events) {
    if (event.kind === 'taken over') {
      yield { ResourceInUseException: event.error as never }
      return
    }
    const { batch, at } = event
    const isOver = batch.closed && batch.nextOffset >= batch.endOffset
    yield {
      SubscribeToShardEvent: {
        Records: toWireRecords(at.stream, batch),
        // AWS: at the end of a shard there is no number, and there are children.
        ContinuationSequenceNumber: isOver ? undefined : continuationOf(at, batch, clock),
        MillisBehindLatest: millisBehindLatest(batch, clock.wallMs()),
        ...(isOver && { ChildShards: toWireChildren(at.stream, at.shard) }),
      },
    }
  }
}

/**
 * The number after which a later subscription goes on: that of the place before the next record,
 * whether there is a record or not (after LATEST, and in the gaps that Kafka's batches leave).
 */
function continuationOf({ shard }: ShardAt, batch: ShardBatch, clock: Clock): string {
  if (batch.nextOffset === 0) return startingSequenceNumber(shard)
  const last = batch.records.at(-1)
  const arrivalMs = last?.arrivalMs ?? Math.max(clock.wallMs(), shard.createdMs)
  return sequenceNumberOf(shard, { offset: batch.nextOffset - 1, arrivalMs })
}
