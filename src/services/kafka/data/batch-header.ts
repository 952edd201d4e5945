// Hot: one look at the header of a batch; nothing is done for its records.

/*
 * What producers send: one record batch, version 2 (KIP-98). The log checks its checksum and records;
 * here is what only the protocol knows.
 */
const LENGTH_AT = 8
const MAGIC_AT = 16
const ATTRIBUTES_AT = 21
const LAST_OFFSET_DELTA_AT = 23
const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_ID_AT = 43
const PRODUCER_EPOCH_AT = 51
const BASE_SEQUENCE_AT = 53
const COUNT_AT = 57
export const BATCH_HEADER_BYTES = 61
/** baseOffset and length, which the length does not count. */
const LENGTH_OVERHEAD = 12

export const ZSTD = 4
const CODEC_MASK = 7
const LOG_APPEND_TIME = 8
const TRANSACTIONAL = 16
const CONTROL = 32

export const magicOf = (batch: Buffer): number => batch.readInt8(MAGIC_AT)
/** Bytes of the batch, by what it says itself. */
export const sizeOf = (batch: Buffer): number => batch.readInt32BE(LENGTH_AT) + LENGTH_OVERHEAD
export const baseOffsetOf = (batch: Buffer): number => int64At(batch, 0)
export const codecOf = (batch: Buffer): number => attributesOf(batch) & CODEC_MASK
export const saysAppendTime = (batch: Buffer): boolean => has(batch, LOG_APPEND_TIME)
export const isTransactional = (batch: Buffer): boolean => has(batch, TRANSACTIONAL)
export const isControl = (batch: Buffer): boolean => has(batch, CONTROL)
export const lastOffsetDeltaOf = (batch: Buffer): number => batch.readInt32BE(LAST_OFFSET_DELTA_AT)
export const baseTimestampOf = (batch: Buffer): number => int64At(batch, BASE_TIMESTAMP_AT)
export const maxTimestampOf = (batch: Buffer): number => int64At(batch, MAX_TIMESTAMP_AT)
export const producerIdOf = (batch: Buffer): number => int64At(batch, PRODUCER_ID_AT)
export const producerEpochOf = (batch: Buffer): number => batch.readInt16BE(PRODUCER_EPOCH_AT)
export const baseSequenceOf = (batch: Buffer): number => batch.readInt32BE(BASE_SEQUENCE_AT)
export const recordCountOf = (batch: Buffer): number => batch.readInt32BE(COUNT_AT)

function attributesOf(batch: Buffer): number {
  return batch.readInt16BE(ATTRIBUTES_AT)
}

function has(batch: Buffer, attribute: number): boolean {
  return (attributesOf(batch) & attribute) !== 0
}

function int64At(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
}
