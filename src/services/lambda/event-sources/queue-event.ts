import type { StoredAttribute } from '../../sqs/message-rows.ts'
import type { OwnedQueue } from '../../sqs/queue.ts'
import { arnOf } from '../../sqs/queues.ts'
import { receiptHandle } from '../../sqs/receipt.ts'
import type { Delivered } from '../../sqs/receiving.ts'
import { systemAttributes } from '../../sqs/wire-system-attributes.ts'

/** A received message as a function is given it. */
export interface QueueRecord {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
}

// AWS: recorded events; `md5OfMessageAttributes` is null where a message has none.
export function queueRecord(queue: OwnedQueue, delivered: Delivered): QueueRecord {
  const { state, content } = delivered
  const known = Object.entries(systemAttributes(delivered)).filter(([, value]) => value)
  const own = Object.entries(content.attributes).map(([name, one]) => [name, attributeOf(one)])
  return {
    messageId: state.id,
    receiptHandle: receiptHandle(queue, { messageId: state.id, receipt: state.receipt ?? '' }),
    body: content.body,
    ...{ attributes: Object.fromEntries(known), messageAttributes: Object.fromEntries(own) },
    ...{ md5OfMessageAttributes: content.attributesMd5 ?? null, md5OfBody: content.bodyMd5 },
    ...{ eventSource: 'aws:sqs', eventSourceARN: arnOf(queue), awsRegion: queue.scope.region },
  }
}

function attributeOf({ dataType, text, base64 }: StoredAttribute) {
  return {
    ...(text !== undefined && { stringValue: text }),
    ...(base64 !== undefined && { binaryValue: base64 }),
    stringListValues: [],
    binaryListValues: [],
    dataType,
  }
}

/**
 * The ids of the messages that the function reports as failed; `whole` when the report is none, or
 * names a message that is not of the batch: then all of it has failed.
 */
export function failedMessages(
  payload: Uint8Array,
  records: ReadonlyArray<QueueRecord>,
): ReadonlySet<string> | 'whole' {
  const ids = new Set(records.map(({ messageId }) => messageId))
  let answer: unknown
  try {
    answer = JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return 'whole'
  }
  const failures = (answer as { batchItemFailures?: unknown } | null)?.batchItemFailures
  if (failures === undefined || failures === null) return new Set()
  if (!Array.isArray(failures)) return 'whole'
  const failed = new Set<string>()
  for (const failure of failures as ReadonlyArray<{ itemIdentifier?: unknown } | null>) {
    const id = failure?.itemIdentifier
    if (typeof id !== 'string' || !ids.has(id)) return 'whole'
    failed.add(id)
  }
  return failed
}
