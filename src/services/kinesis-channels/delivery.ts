import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Scope } from '../../base/scope.ts'
import { streamArn } from '../kinesis/stream.ts'
import type { LogWriter } from '../logs/log-groups.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { Channel, RecordFormat } from './channel.ts'
import { bucketOf, channelArn } from './channel.ts'
import { deadLetterKey, objectKey } from './object-key.ts'
import type { Batch } from './progress.ts'
import type { SourceRecord } from './source.ts'

export interface DeliveryDeps {
  readonly objects: ObjectAccess
  readonly logs: LogWriter
  readonly clock: Clock
  readonly metrics: Metrics
}

interface Failure {
  readonly code: string
  readonly message: string
}

const compress = promisify(gzip)
const NEW_LINE = Buffer.from('\n')
const contentType = 'application/octet-stream'

/**
 * Resolves once all records of the batch are durable: in the bucket, or, those that are not of the
 * format, with the dead letters. Doing it again writes the same objects again.
 */
export async function deliverBatch(
  deps: DeliveryDeps,
  scope: Scope,
  channel: Channel,
  batch: Batch,
  records: ReadonlyArray<SourceRecord>,
): Promise<void> {
  const { storage, source } = channel
  const good: SourceRecord[] = []
  const bad: { record: SourceRecord; failure: Failure }[] = []
  for (const record of records) {
    const failure = failureOf(record.data, source.format)
    if (failure) bad.push({ record, failure })
    else good.push(record)
  }
  if (good.length > 0) {
    const plain = Buffer.concat(good.flatMap(({ data }) => piecesOf(data, source.format)))
    await deps.objects.put(scope, {
      bucket: bucketOf(storage.bucketArn),
      key: objectKey(scope, channel, batch),
      body: storage.compression === 'GZIP' ? await compress(plain) : plain,
      contentType,
      storageClass: storage.storageClass,
    })
  }
  if (bad.length > 0) {
    const bucket = bucketOf(channel.deadLetters.bucketArn)
    const key = deadLetterKey(scope, channel, batch)
    const lines = bad.map(({ record, failure }) => deadLetter(scope, channel, record, failure))
    await deps.objects.put(scope, { bucket, key, body: Buffer.from(lines.join('')), contentType })
    const message = `${bad.length} records went to s3://${bucket}/${key}`
    await logFailure(deps, scope, channel, { code: 'InvalidRecordFormat', message })
  }
  const labels = { service: 'kinesis', resource: `${scope.accountId}/channel/${channel.name}` }
  deps.metrics.record('headrace_delivered_records_total', labels, good.length)
  deps.metrics.record('headrace_failed_records_total', labels, bad.length)
}

/** Tells the channel's log, when it has one, why something was not delivered as asked. */
export async function logFailure(
  { logs, clock }: Pick<DeliveryDeps, 'logs' | 'clock'>,
  scope: Scope,
  channel: Channel,
  { code, message }: Failure,
): Promise<void> {
  const { enabled, group, stream } = channel.logging
  if (!enabled) return
  const event = { channelARN: channelArn(scope, channel), errorCode: code, errorMessage: message }
  const timestampMs = clock.wallMs()
  await logs.append(scope, { group, stream }, [{ timestampMs, message: JSON.stringify(event) }])
}

/** For the log of a channel: what is not the user's to cure is told without its details. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ServiceError) return { code: error.code, message: error.message }
  return { code: 'InternalError', message: 'The delivery failed and is tried again.' }
}

function failureOf(data: Uint8Array, format: RecordFormat): Failure | undefined {
  if (format === 'BYTE_ARRAY') return undefined
  if (!isUtf8(data)) return { code: 'InvalidUtf8', message: 'The record is not UTF-8 text.' }
  if (format === 'STRING') return undefined
  try {
    JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'))
    return undefined
  } catch {
    return { code: 'InvalidJson', message: 'The record is not JSON.' }
  }
}

/** Records stay as they came; texts end with a new line, so that they can be told apart. */
function piecesOf(data: Uint8Array, format: RecordFormat): ReadonlyArray<Uint8Array> {
  return format === 'BYTE_ARRAY' || data.at(-1) === NEW_LINE[0] ? [data] : [data, NEW_LINE]
}

function deadLetter(
  scope: Scope,
  channel: Channel,
  { data, shardId, sequenceNumber, partitionKey, arrivalMs }: SourceRecord,
  { code, message }: Failure,
): string {
  const line = {
    channelARN: channelArn(scope, channel),
    streamARN: streamArn({ ...scope, name: channel.source.streamName }),
    shardId,
    sequenceNumber,
    partitionKey,
    arrivalTimestamp: arrivalMs,
    errorCode: code,
    errorMessage: message,
    rawData: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  }
  return `${JSON.stringify(line)}\n`
}
