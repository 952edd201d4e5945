import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { StreamRecord } from '../../kinesis/stream-reader.ts'

/** Where a batch comes from, as its event tells. */
export interface BatchOrigin {
  readonly scope: Scope
  readonly sourceArn: string
  readonly shardId: string
  /** Role of the function. */
  readonly role: string
}

/** The event of a batch of Kinesis records (Developer Guide, "Using Lambda with Kinesis"). */
export function batchEvent(origin: BatchOrigin, records: ReadonlyArray<StreamRecord>): object {
  const { scope, sourceArn, shardId, role } = origin
  return {
    Records: records.map((record) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partitionKey,
        sequenceNumber: record.sequenceNumber,
        data: base64(record.data),
        approximateArrivalTimestamp: record.arrivalMs / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${record.sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: role,
      awsRegion: scope.region,
      eventSourceARN: sourceArn,
    })),
  }
}

/** What a destination learns of a batch (Developer Guide, "Retain discarded batch records"). */
export function batchInfo(origin: BatchOrigin, records: ReadonlyArray<StreamRecord>): object {
  const first = records[0]
  const last = records.at(-1)
  return {
    shardId: origin.shardId,
    startSequenceNumber: first?.sequenceNumber,
    endSequenceNumber: last?.sequenceNumber,
    approximateArrivalOfFirstRecord: dateOf(first?.arrivalMs ?? 0).toISOString(),
    approximateArrivalOfLastRecord: dateOf(last?.arrivalMs ?? 0).toISOString(),
    batchSize: records.length,
    streamArn: origin.sourceArn,
  }
}

/**
 * The first record that the function reports as failed, if any; all before it are done. `whole`
 * when the report names no record of the batch: then all of it has failed.
 */
export function readReport(
  payload: Uint8Array,
  records: ReadonlyArray<StreamRecord>,
): 'success' | 'whole' | { readonly firstFailed: number } {
  let answer: unknown
  try {
    answer = JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return 'whole'
  }
  const failures = (answer as { batchItemFailures?: unknown } | null)?.batchItemFailures
  // AWS: null, {}, an absent or an empty list are all success (recorded).
  if (failures === undefined || failures === null) return 'success'
  if (!Array.isArray(failures)) return 'whole'
  let firstFailed = records.length
  for (const failure of failures as ReadonlyArray<{ itemIdentifier?: unknown } | null>) {
    const index = records.findIndex((one) => one.sequenceNumber === failure?.itemIdentifier)
    if (index < 0) return 'whole'
    firstFailed = Math.min(firstFailed, index)
  }
  return firstFailed === records.length ? 'success' : { firstFailed }
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}
