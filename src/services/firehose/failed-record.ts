import type { SourceRecord } from './record-source.ts'

/** A record that could not be delivered as asked, on its way to the error prefix. */
export interface FailedRecord {
  readonly record: SourceRecord
  readonly kind: 'processing-failed' | 'format-conversion-failed'
  readonly code: string
  readonly message: string
  readonly attempts: number
  readonly endedMs: number
  readonly lambdaArn?: string
  readonly table?: { readonly database: string; readonly table: string; readonly catalogId: string }
}

/**
 * One line of an error object (Firehose Developer Guide, "Failed record handling" of the Lambda
 * transform and of the record format conversion; the member names of the two differ).
 */
export function formatFailedRecord(failed: FailedRecord): string {
  const { record } = failed
  const ends = { attemptEndingTimestamp: failed.endedMs, rawData: base64(record.data) }
  if (failed.kind === 'processing-failed') {
    return JSON.stringify({
      attemptsMade: failed.attempts,
      arrivalTimestamp: record.arrivalMs,
      errorCode: failed.code,
      errorMessage: failed.message,
      ...ends,
      lambdaArn: failed.lambdaArn,
    })
  }
  return JSON.stringify({
    attemptsMade: failed.attempts,
    arrivalTimestamp: record.arrivalMs,
    lastErrorCode: failed.code,
    lastErrorMessage: failed.message,
    ...ends,
    sequenceNumber: record.kinesis?.sequenceNumber,
    subSequenceNumber: record.kinesis?.subSequenceNumber,
    dataCatalogTable: failed.table && {
      catalogId: failed.table.catalogId,
      databaseName: failed.table.database,
      tableName: failed.table.table,
    },
  })
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
