import { crc32c } from '../checksum/crc32c.ts'

const CRC_AT = 17
const ATTRIBUTES_AT = 21
const PRODUCER_ID_AT = 43
const PRODUCER_EPOCH_AT = 51
const SEQUENCE_AT = 53

/** The epoch of producers that write marks; those that write records have 0. */
export const MARK_EPOCH = 1

/** Whether the batch is a mark (see `RecordProducer.mark`), whatever its record says. */
export function isMark(batch: Buffer): boolean {
  return batch.readInt16BE(PRODUCER_EPOCH_AT) === MARK_EPOCH
}

/** Makes a record batch (v2) one of an idempotent producer, from this sequence number on. */
export function stampProducer(
  batch: Buffer,
  producer: { readonly id: number; readonly epoch: number; readonly sequence: number },
): void {
  batch.writeBigInt64BE(BigInt(producer.id), PRODUCER_ID_AT)
  batch.writeInt16BE(producer.epoch, PRODUCER_EPOCH_AT)
  batch.writeInt32BE(producer.sequence, SEQUENCE_AT)
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
}
