import { dateOf } from '../../base/clock.ts'
import { encryptionTypeAt } from './encryption.ts'
import type { Stream } from './stream.ts'
import type { ShardBatch } from './stream-reader.ts'

/** Records that were encrypted when they were written say so. */
export function toWireRecords(stream: Stream, { records }: ShardBatch) {
  return records.map((record) => ({
    SequenceNumber: record.sequenceNumber,
    ApproximateArrivalTimestamp: dateOf(record.arrivalMs),
    Data: record.data,
    PartitionKey: record.partitionKey,
    ...(encryptionTypeAt(stream, record.arrivalMs) === 'KMS' && { EncryptionType: 'KMS' as const }),
  }))
}

/**
 * How far a reader is from the newest record: 0 when it has them all, and only then, for readers stop
 * there. Producers of Kafka choose the times of their records: one may lie ahead of now.
 */
export function millisBehindLatest(batch: ShardBatch, nowMs: number): number {
  if (batch.nextOffset >= batch.endOffset) return 0
  const lastMs = batch.records.at(-1)?.arrivalMs ?? nowMs
  return Math.max(1, nowMs - lastMs)
}
