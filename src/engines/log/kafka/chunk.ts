import { EngineError } from '../../../base/errors.ts'
import { isMark } from '../../kafka-client/batch-producer.ts'
import type { StoredRecord } from '../port.ts'
import type { BatchHeader } from '../segment/record-batch.ts'
import { CONTROL, isSoundBatch, readBatchHeader } from '../segment/record-batch.ts'
import { decodeRecords, openBatch } from '../segment/record-decode.ts'

/** Batches of a partition as they follow one another, up to the mark of its end if that is among them. */
export interface Chunk {
  /** Offset of the first record. */
  readonly fromOffset: number
  /** One behind the last record. */
  readonly endOffset: number
  /** Where the mark of the end stands. */
  readonly markOffset: number | undefined
  readonly batches: ReadonlyArray<ChunkBatch>
  readonly sizeBytes: number
}

interface ChunkBatch {
  readonly header: BatchHeader
  readonly bytes: Buffer
}

/** Takes what a fetch from `offset` brought apart; a batch that is cut short is left out. */
export function readChunk(records: Buffer, offset: number): Chunk {
  const batches: ChunkBatch[] = []
  let markOffset: number | undefined
  let fromOffset = offset
  let endOffset = offset
  let at = 0
  for (;;) {
    const header = readBatchHeader(records, at)
    if (!header || at + header.sizeBytes > records.length) break
    const bytes = records.subarray(at, at + header.sizeBytes)
    at += header.sizeBytes
    if (header.endOffset <= offset) continue
    if (!isSoundBatch(bytes)) {
      throw new EngineError('corrupt', `the batch at offset ${header.baseOffset} is damaged`)
    }
    if (isMark(bytes)) {
      markOffset = header.baseOffset
      break
    }
    if (batches.length === 0) fromOffset = Math.min(offset, header.baseOffset)
    endOffset = header.endOffset
    batches.push({ header, bytes })
  }
  return { fromOffset, endOffset, markOffset, batches, sizeBytes: at }
}

/** Records of the chunk from `offset` on and before `endOffset`, within the limits, and where to read on. */
export function recordsOf(
  chunk: Chunk,
  offset: number,
  limits: { readonly endOffset: number; readonly recordsMax: number; readonly bytesMax: number },
): { readonly records: ReadonlyArray<StoredRecord>; readonly nextOffset: number } {
  const records: StoredRecord[] = []
  const budget = {
    recordsLeft: Math.min(limits.recordsMax, limits.endOffset - offset),
    bytesLeft: limits.bytesMax,
  }
  let nextOffset = offset
  for (const { header, bytes } of chunk.batches) {
    if (header.endOffset <= nextOffset) continue
    if (header.baseOffset >= limits.endOffset || budget.recordsLeft <= 0) break
    if (budget.bytesLeft <= 0 && records.length > 0) break
    // What is for Kafka's own clients only, and what nobody can open, is passed over.
    const open = (header.attributes & CONTROL) === 0 ? openBatch(header, bytes) : undefined
    nextOffset = open ? decodeRecords(open, nextOffset, budget, records) : header.endOffset
  }
  return { records, nextOffset: Math.min(nextOffset, limits.endOffset) }
}
