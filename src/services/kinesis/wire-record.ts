import { dateOf } from '../../base/clock.ts'
import type { ShardBatch, StreamRecord } from './stream-reader.ts'

export function toWireRecord(record: StreamRecord) {
  return {
    SequenceNumber: record.sequenceNumber,
    ApproximateArrivalTimestamp: dateOf(record.arrivalMs),
    Data: record.data,
    PartitionKey: record.partitionKey,
  }
}

/** How far a reader is from the newest record: 0 when it has them all. */
export function millisBehindLatest(batch: ShardBatch, nowMs: number): number {
  if (batch.nextOffset >= batch.endOffset) return 0
  const lastMs = batch.records.at(-1)?.arrivalMs ?? nowMs
  return Math.max(0, nowMs - lastMs)
}
