import type { EventPattern } from '../../../base/event-pattern.ts'
import { compileEventPattern } from '../../../base/event-pattern.ts'
import type { StreamRecord } from '../../kinesis/stream-reader.ts'
import { invalidParameter } from '../lambda-errors.ts'

/**
 * Whether a record of a stream passes one of the filters of a mapping, or there is none. A
 * pattern sees the record's metadata, and `data` as JSON or, where it is none, as text.
 */
export function compileRecordFilter(
  patterns: ReadonlyArray<string>,
): (record: StreamRecord) => boolean {
  if (patterns.length === 0) return () => true
  const tests: ReadonlyArray<EventPattern> = patterns.map(compileFilter)
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

function compileFilter(pattern: string): EventPattern {
  try {
    return compileEventPattern(pattern)
  } catch (error) {
    throw invalidParameter('Invalid filter pattern definition.', error)
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
