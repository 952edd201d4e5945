import type { Delivered } from './receiving.ts'
import { unknownAttribute } from './sqs-errors.ts'

const systemNames: ReadonlySet<string> = new Set([
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
])

/** AWS: both lists of names mean the same, and an unknown name is refused. */
export function checkSystemNames(names: ReadonlyArray<string>): void {
  const unknown = names.find((name) => !systemNames.has(name))
  if (unknown !== undefined) throw unknownAttribute(unknown)
}

/** What SQS itself says of a received message, under the names of the wire. */
export function systemAttributes({ state, content }: Delivered) {
  return {
    SenderId: content.senderId,
    SentTimestamp: String(state.sentMs),
    ApproximateReceiveCount: String(state.receives),
    ApproximateFirstReceiveTimestamp: String(state.firstReceivedMs),
    SequenceNumber: content.sequenceNumber,
    MessageDeduplicationId: content.deduplicationId,
    MessageGroupId: state.groupId ?? content.fairGroupId,
    AWSTraceHeader: content.traceHeader,
    DeadLetterQueueSourceArn: content.deadLetterSource,
  }
}
