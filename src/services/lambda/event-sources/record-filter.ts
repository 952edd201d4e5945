import type { StreamRecord } from '../../kinesis/stream-reader.ts'
import type { EventPattern } from './event-pattern.ts'
import { compileEventPattern } from './event-pattern.ts'

/**
 * Whether a record of a stream passes one of the filters of a mapping, or there is none. A
 * pattern sees the record's metadata, and `data` as JSON or, where it is none, as text.
 */
export function compileRecordFilter(
  patterns: ReadonlyArray<string>,
): (record: StreamRecord) => boolean {
  if (patterns.length === 0) return () => true
  const tests: ReadonlyArray<EventPattern> = patterns.map(compileEventPattern)
  return (record) => {
    const document = {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequenceNumber,
      approximateArrivalTimestamp: record.arrivalMs / 1000,
      data: readData(record.data),
    }
    return tests.some((test) => test(document))
  }
}

function readData(data: Uint8Array): unknown {
  const text = Buffer.from(data).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    // AWS: data that is no JSON can only match a pattern of plain texts.
    return text
  }
}
