import { EngineError } from '../../../base/errors.ts'
import { CODEC_COUNT } from './decompress.ts'
import type { BatchHeader } from './record-batch.ts'
import {
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  CONTROL,
  isSoundBatch,
  LOG_APPEND_TIME,
  readBatchHeader,
  TRANSACTIONAL,
} from './record-batch.ts'
import { isWellFormed, openBatch } from './record-decode.ts'

export interface CheckedBatch {
  readonly header: BatchHeader
  readonly bytes: Buffer
}

const ATTRIBUTES_OF_PRODUCERS = COMPRESSION_MASK | TRANSACTIONAL

/**
 * Takes an append of a producer apart into its batches. Throws `corrupt` unless each is whole, has
 * its checksum, and is what a producer may write; `invalid` for a record without a key where keys
 * are needed.
 *
 * Records that are not compressed are looked at one by one. Compressed ones are opened only where
 * keys are needed: that would cost more than all the rest, and the checksum says that they are what
 * the producer made. Readers of records step over a batch that cannot be opened.
 */
export function checkBatches(bytes: Buffer, needsKeys: boolean): ReadonlyArray<CheckedBatch> {
  const batches: CheckedBatch[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at)
    if (!header || header.sizeBytes > bytes.length - at) throw corrupt('is not whole')
    const batch = { header, bytes: bytes.subarray(at, at + header.sizeBytes) }
    checkBatch(batch, needsKeys)
    batches.push(batch)
    at += header.sizeBytes
  }
  if (batches.length === 0) throw corrupt('is not there')
  return batches
}

function checkBatch({ header, bytes }: CheckedBatch, needsKeys: boolean): void {
  const { attributes, baseOffset, endOffset, recordCount } = header
  if (!isSoundBatch(bytes)) throw corrupt('does not have its checksum')
  if ((attributes & CONTROL) !== 0) throw corrupt('is a marker, which no producer writes')
  if ((attributes & LOG_APPEND_TIME) !== 0) throw corrupt('has the time of an arrival')
  if ((attributes & ~ATTRIBUTES_OF_PRODUCERS) !== 0) throw corrupt('has unknown attributes')
  const codec = attributes & COMPRESSION_MASK
  if (codec >= CODEC_COUNT) throw corrupt('has an unknown compression')
  if (recordCount < 1 || recordCount !== endOffset - baseOffset) {
    throw corrupt('does not have as many records as offsets')
  }
  checkProducer(header)
  if (codec === 0) {
    const batch = { header, payload: bytes, from: BATCH_HEADER_BYTES }
    if (!isWellFormed(batch, false)) throw corrupt('has a broken record')
    if (needsKeys && !isWellFormed(batch, true)) throw keyless()
  } else if (needsKeys) {
    const batch = openBatch(header, bytes)
    if (!batch) throw corrupt('cannot be decompressed')
    if (!isWellFormed(batch, true)) throw keyless()
  }
}

function checkProducer({ attributes, producerId, ...rest }: BatchHeader): void {
  if (producerId < 0) {
    if ((attributes & TRANSACTIONAL) !== 0) throw corrupt('is transactional without a producer')
    return
  }
  if (!Number.isSafeInteger(producerId)) throw corrupt('has an unknown producer')
  if (rest.producerEpoch < 0 || rest.baseSequence < 0) {
    throw corrupt('has a producer without epoch or sequence number')
  }
}

function corrupt(what: string): EngineError {
  return new EngineError('corrupt', `a record batch ${what}`)
}

export function keyless(): EngineError {
  return new EngineError('invalid', 'a record has no key, by which the partition is compacted')
}
