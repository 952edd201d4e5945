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
  const passes = compileFilters(patterns)
  return (record) =>
    passes({
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequenceNumber,
      approximateArrivalTimestamp: record.arrivalMs / 1000,
      data: readData(Buffer.from(record.data).toString('utf8')),
    })
}

/** The same for messages of a queue, whose `body` is seen as JSON where it is that. */
export function compileMessageFilter(
  patterns: ReadonlyArray<string>,
): (message: { readonly body: string }) => boolean {
  const passes = compileFilters(patterns)
  return (message) => passes({ ...message, body: readData(message.body) })
}

function compileFilters(patterns: ReadonlyArray<string>): EventPattern {
  const tests: ReadonlyArray<EventPattern> = patterns.map(compileFilter)
  return (document) => tests.length === 0 || tests.some((test) => test(document))
}

function compileFilter(pattern: string): EventPattern {
  try {
    return compileEventPattern(pattern)
  } catch (error) {
    throw invalidParameter('Invalid filter pattern definition.', error)
  }
}

function readData(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // AWS: data that is no JSON can only match a pattern of plain texts.
    return text
  }
}
