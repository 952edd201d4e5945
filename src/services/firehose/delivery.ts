import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Scope } from '../../base/scope.ts'
import type { Catalog } from '../glue/catalog.ts'
import type { LogWriter } from '../logs/log-groups.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { PendingBatch } from './checkpoints.ts'
import type { DeliveryStream } from './delivery-streams.ts'
import type { FormatConversion, S3Destination } from './destination.ts'
import type { FailedRecord } from './failed-record.ts'
import { formatFailedRecord } from './failed-record.ts'
import type { TransformDeps, Transformed } from './lambda-transform.ts'
import { transformRecords } from './lambda-transform.ts'
import { evaluatePrefix, fileName } from './object-name.ts'
import type { ConversionDeps } from './parquet-conversion.ts'
import { convertToParquet } from './parquet-conversion.ts'
import type { SourceRecord } from './record-source.ts'

export interface DeliveryDeps extends TransformDeps, ConversionDeps {
  readonly objects: ObjectAccess
  readonly catalog: Catalog
  readonly logs: LogWriter
  readonly clock: Clock
  readonly metrics: Metrics
}

/** One batch of one stream on its way into the bucket. */
interface Delivery {
  readonly scope: Scope
  readonly stream: DeliveryStream
  readonly destination: S3Destination
  readonly batch: PendingBatch
  readonly signal: AbortSignal
}

type Ready = Transformed['delivered']

const compress = promisify(gzip)
const NEW_LINE = Buffer.from('\n')

/**
 * Resolves once everything of the batch is durable in its bucket: the records as they shall be
 * delivered, those that failed under the error prefix, and the backup. Doing it again writes the
 * same objects again.
 */
export async function deliverBatch(
  deps: DeliveryDeps,
  delivery: Omit<Delivery, 'destination'>,
  records: ReadonlyArray<SourceRecord>,
): Promise<void> {
  const { stream, scope } = delivery
  const { destination } = stream
  if (destination.backup) {
    const untouched = records.map((record) => ({ data: record.data, record }))
    const backup = { ...delivery, destination: destination.backup }
    await putText(deps, backup, `${delivery.batch.nameSeed}/backup`, untouched)
  }
  const transformed = await transform(deps, { ...delivery, destination }, records)
  const failed = [...transformed.failed]
  failed.push(...(await putRecords(deps, { ...delivery, destination }, transformed.delivered)))
  await putFailures(deps, { ...delivery, destination }, failed)
  const labels = { service: 'firehose', resource: `${scope.accountId}/${stream.name}` }
  const deliveredCount = records.length - failed.length - transformed.droppedCount
  deps.metrics.record('headrace_delivered_records_total', labels, deliveredCount)
  deps.metrics.record('headrace_failed_records_total', labels, failed.length)
}

async function transform(
  deps: DeliveryDeps,
  { scope, stream, destination, signal }: Delivery,
  records: ReadonlyArray<SourceRecord>,
): Promise<Transformed> {
  if (destination.transform) {
    return transformRecords(deps, scope, stream, destination.transform, records, signal)
  }
  const delivered = records.map((record) => ({ data: record.data, record }))
  return { delivered, droppedCount: 0, failed: [] }
}

/** Answers the records that did not fit the format. */
async function putRecords(
  deps: DeliveryDeps,
  delivery: Delivery,
  ready: Ready,
): Promise<ReadonlyArray<FailedRecord>> {
  if (ready.length === 0) return []
  const { conversion } = delivery.destination
  if (conversion) return putParquet(deps, delivery, conversion, ready)
  await putText(deps, delivery, delivery.batch.nameSeed, ready)
  return []
}

async function putText(
  deps: DeliveryDeps,
  delivery: Delivery,
  seed: string,
  ready: Ready,
): Promise<void> {
  const { destination } = delivery
  const chunks = ready.flatMap(({ data }) =>
    destination.appendsNewline ? [data, NEW_LINE] : [data],
  )
  const plain = Buffer.concat(chunks)
  const zipped = destination.compression === 'GZIP'
  const key = keyOf(delivery, seed, zipped ? '.gz' : '')
  const body = zipped ? await compress(plain) : plain
  const contentType = 'application/octet-stream'
  await deps.objects.put(delivery.scope, { bucket: destination.bucket, key, body, contentType })
}

async function putParquet(
  deps: DeliveryDeps,
  delivery: Delivery,
  conversion: FormatConversion,
  ready: Ready,
): Promise<ReadonlyArray<FailedRecord>> {
  const { scope, destination, batch } = delivery
  const where = conversion.region ? { ...scope, region: conversion.region } : scope
  const table = await deps.catalog.table(where, conversion.database, conversion.table)
  const data = ready.map((one) => one.data)
  return convertToParquet(deps, data, table, conversion, async ({ path, rejected }) => {
    if (path !== undefined) {
      const key = keyOf(delivery, batch.nameSeed, '.parquet')
      const contentType = 'application/octet-stream'
      await deps.objects.put(scope, {
        bucket: destination.bucket,
        key,
        body: { path },
        contentType,
      })
    }
    return rejected.map(({ index, message }) => {
      const record = ready[index]?.record
      assert(record, 'a rejected record is one of those that were given')
      return {
        record,
        kind: 'format-conversion-failed' as const,
        code: 'DataFormatConversion.ParseError',
        message,
        attempts: 1,
        endedMs: deps.clock.wallMs(),
        table: { ...conversion, catalogId: scope.accountId },
      }
    })
  })
}

async function putFailures(
  deps: DeliveryDeps,
  delivery: Delivery,
  failed: ReadonlyArray<FailedRecord>,
): Promise<void> {
  for (const kind of ['processing-failed', 'format-conversion-failed'] as const) {
    const ones = failed.filter((one) => one.kind === kind)
    if (ones.length === 0) continue
    const key = keyOf(delivery, `${delivery.batch.nameSeed}/${kind}`, '', kind)
    const body = Buffer.from(ones.map((one) => `${formatFailedRecord(one)}\n`).join(''))
    await deps.objects.put(delivery.scope, { bucket: delivery.destination.bucket, key, body })
    await logFailure(deps, delivery, {
      code: ones[0]?.code ?? kind,
      message: `${ones.length} records went to ${key}: ${ones[0]?.message ?? ''}`,
    })
  }
}

/** Tells the stream's log group, when it has one, why something was not delivered as asked. */
export async function logFailure(
  { logs, clock }: Pick<DeliveryDeps, 'logs' | 'clock'>,
  { scope, stream }: Pick<Delivery, 'scope' | 'stream'>,
  failure: { readonly code: string; readonly message: string },
): Promise<void> {
  const { logging } = stream.destination
  if (!logging) return
  const message = JSON.stringify({
    deliveryStreamARN: stream.arn,
    destination: `arn:aws:s3:::${stream.destination.bucket}`,
    deliveryStreamVersionId: stream.versionId,
    message: failure.message,
    errorCode: failure.code,
  })
  await logs.append(scope, logging, [{ timestampMs: clock.wallMs(), message }])
}

/** The wire code and text of a failed delivery, for the log group. */
export function describeFailure(error: unknown): { code: string; message: string } {
  if (error instanceof ServiceError) return { code: `S3.${error.code}`, message: error.message }
  return { code: 'InternalError', message: error instanceof Error ? error.message : String(error) }
}

function keyOf(
  { stream, destination, batch }: Delivery,
  seed: string,
  extension: string,
  errorType?: string,
): string {
  const context = {
    arrivalMs: batch.firstArrivalMs,
    timeZone: destination.timeZone,
    seed,
    ...(errorType !== undefined && { errorType }),
  }
  const prefix = errorType === undefined ? destination.prefix : destination.errorPrefix
  const chosen = errorType === undefined ? (destination.fileExtension ?? extension) : extension
  const name = fileName({ name: stream.name, versionId: batch.versionId }, context, chosen)
  return evaluatePrefix(prefix, context) + name
}
