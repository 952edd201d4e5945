import type { Failure } from '../topics/failure.ts'
import type { TopicSettings } from '../topics/topic-settings.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffsetOf,
  baseSequenceOf,
  baseTimestampOf,
  codecOf,
  isControl,
  lastOffsetDeltaOf,
  magicOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
  saysAppendTime,
  sizeOf,
  ZSTD,
} from './batch-header.ts'

const MAGIC = 2
/** Bytes up to the end of the version, which tells how to read the rest. */
const VERSIONED_BYTES = 17
const ZSTD_SINCE = 7
const NO_TIMESTAMP = -1

/**
 * Why the records of one partition in a Produce request are not taken: the rules, and mostly the
 * words, of Apache Kafka (ProduceRequest, UnifiedLog, LogValidator). What needs a look at the records
 * themselves is left to the log, and times are those that the header of the batch says.
 */
export function recordsProblem(
  records: Buffer | null,
  settings: TopicSettings,
  request: { readonly apiVersion: number; readonly nowMs: number },
): Failure | undefined {
  const problem = batchProblem(records, request.apiVersion)
  if (problem || records === null) return problem
  return (
    sizeProblem(records, settings) ??
    headerProblem(records) ??
    timestampProblem(records, settings, request.nowMs)
  )
}

function batchProblem(records: Buffer | null, apiVersion: number): Failure | undefined {
  const requests = `Produce requests with version ${apiVersion}`
  if (records === null || records.length < VERSIONED_BYTES) {
    return invalidRecord(`${requests} must have at least one record batch per partition`)
  }
  if (magicOf(records) > MAGIC) {
    return { error: 'CORRUPT_MESSAGE', message: `There is no magic version ${magicOf(records)}.` }
  }
  if (magicOf(records) !== MAGIC) {
    return invalidRecord(
      `${requests} are only allowed to contain record batches with magic version ${MAGIC}`,
    )
  }
  const sizeBytes = sizeOf(records)
  if (sizeBytes < BATCH_HEADER_BYTES) {
    return { error: 'CORRUPT_MESSAGE', message: 'The record batch is smaller than its header.' }
  }
  if (sizeBytes > records.length) {
    return invalidRecord(`${requests} must have at least one record batch per partition`)
  }
  if (sizeBytes < records.length) {
    return invalidRecord(
      `${requests} are only allowed to contain exactly one record batch per partition`,
    )
  }
  const codec = codecOf(records)
  if (codec > ZSTD || (codec === ZSTD && apiVersion < ZSTD_SINCE)) {
    const message =
      codec > ZSTD
        ? `The compression ${codec} is not known.`
        : `${requests} are not allowed to use ZStandard compression`
    return { error: 'UNSUPPORTED_COMPRESSION_TYPE', message }
  }
  return undefined
}

function sizeProblem(
  { length }: Buffer,
  { batchBytesMax, segmentBytes }: TopicSettings,
): Failure | undefined {
  const size = `The record batch size in the append is ${length} bytes, which exceeds the maximum`
  if (length > batchBytesMax) {
    const message = `${size} configured value of ${batchBytesMax} (max.message.bytes).`
    return { error: 'MESSAGE_TOO_LARGE', message }
  }
  if (length > segmentBytes) {
    const message = `${size} segment size of ${segmentBytes} (segment.bytes).`
    return { error: 'RECORD_LIST_TOO_LARGE', message }
  }
  return undefined
}

function headerProblem(batch: Buffer): Failure | undefined {
  if (baseOffsetOf(batch) !== 0) {
    return invalidRecord(
      `The baseOffset of the record batch should be 0, but it is ${baseOffsetOf(batch)}`,
    )
  }
  const last = lastOffsetDeltaOf(batch)
  const count = recordCountOf(batch)
  if (last < 0) return invalidRecord(`Batch has an invalid offset range: [0, ${last}]`)
  if (count <= 0) return invalidRecord(`Invalid reported count for record batch: ${count}`)
  if (last + 1 !== count) {
    return invalidRecord(
      `Inconsistent batch offset range [0, ${last}] and count of records ${count}`,
    )
  }
  if (isControl(batch)) return invalidRecord('Clients are not allowed to write control records')
  const producerId = producerIdOf(batch)
  if (producerId >= 0 && baseSequenceOf(batch) < 0) {
    return invalidRecord(
      `Invalid sequence number ${baseSequenceOf(batch)} in record batch with producerId ${producerId}`,
    )
  }
  if (producerId >= 0 && producerEpochOf(batch) < 0) {
    const message = `The epoch ${producerEpochOf(batch)} of producerId ${producerId} is negative`
    return { error: 'INVALID_PRODUCER_EPOCH', message }
  }
  return undefined
}

function timestampProblem(
  batch: Buffer,
  settings: TopicSettings,
  nowMs: number,
): Failure | undefined {
  if (saysAppendTime(batch)) {
    return {
      error: 'INVALID_TIMESTAMP',
      message: 'Producer should not set timestamp type to LogAppendTime.',
    }
  }
  if (settings.stampsAppendTime) return undefined
  const oldestMs = nowMs - settings.timestampBeforeMsMax
  const newestMs = nowMs + settings.timestampAfterMsMax
  const [firstMs, lastMs] = [baseTimestampOf(batch), maxTimestampOf(batch)]
  const isOld = firstMs !== NO_TIMESTAMP && firstMs < oldestMs
  if (!isOld && (lastMs === NO_TIMESTAMP || lastMs <= newestMs)) return undefined
  return {
    error: 'INVALID_TIMESTAMP',
    message:
      `Timestamp ${isOld ? firstMs : lastMs} is out of range. The timestamp should be within ` +
      `[${oldestMs}, ${newestMs}]`,
  }
}

function invalidRecord(message: string): Failure {
  return { error: 'INVALID_RECORD', message }
}
