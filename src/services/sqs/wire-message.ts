import type {
  MessageAttributeValue,
  MessageSystemAttributeValue,
  SendMessageRequest,
} from '@aws-sdk/client-sqs'
import type { MessageAttribute } from '../../base/event-target.ts'
import type { RequestContext } from '../../wire/operation.ts'
import { limits } from './limits.ts'
import { messageBytes } from './message-digest.ts'
import type { StoredAttribute } from './message-rows.ts'
import type { OwnedQueue } from './queue.ts'
import { receiptHandle } from './receipt.ts'
import type { Delivered } from './receiving.ts'
import type { NewMessage, SentMessage } from './sending.ts'
import { contentDeduplicationId } from './sending.ts'
import { invalidParameter, invalidValue, missingParameter } from './sqs-errors.ts'
import { systemAttributes } from './wire-system-attributes.ts'

type GivenAttributes = Record<string, MessageAttributeValue> | undefined

/** A message as it was given, checked against the queue and SQS's limits. */
export function newMessage(
  queue: OwnedQueue,
  given: Omit<SendMessageRequest, 'QueueUrl'>,
  { callerArn, accountId }: RequestContext,
): NewMessage {
  const body = given.MessageBody
  if (body === undefined || body === '') throw missingParameter('MessageBody')
  if (/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(body)) {
    throw invalidParameter(
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    )
  }
  const attributes = attributesOf(given.MessageAttributes)
  const { messageBytesMax } = queue.settings
  if (messageBytes(body, attributes) > messageBytesMax) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${messageBytesMax} bytes.`,
    )
  }
  const trace: MessageSystemAttributeValue | undefined =
    given.MessageSystemAttributes?.AWSTraceHeader
  return {
    body,
    attributes,
    // AWS: a user's unique id; here the caller's account and name.
    senderId: callerArn.endsWith(':root') ? accountId : callerArn,
    ...delayOf(queue, given.DelaySeconds),
    ...groupOf(queue, given, body),
    ...(trace?.StringValue !== undefined && { traceHeader: trace.StringValue }),
  }
}

function delayOf({ settings }: OwnedQueue, seconds: number | undefined) {
  if (seconds === undefined) return {}
  if (seconds < 0 || seconds > limits.delaySecondsMax) {
    throw invalidValue(seconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.')
  }
  if (settings.fifo && seconds > 0) {
    const reason = 'The request include parameter that is not valid for this queue type.'
    throw invalidValue(seconds, 'DelaySeconds', reason)
  }
  return settings.fifo ? {} : { delayMs: seconds * 1000 }
}

const token = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/

/** An id that a caller chose for a FIFO queue. */
export function checkToken(name: string, value: string | undefined): void {
  if (value === undefined || token.test(value)) return
  const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`
  throw invalidValue(value, name, reason)
}

function groupOf(
  { settings }: OwnedQueue,
  {
    MessageGroupId,
    MessageDeduplicationId,
  }: Pick<SendMessageRequest, 'MessageGroupId' | 'MessageDeduplicationId'>,
  body: string,
) {
  if (settings.fifo && MessageGroupId === undefined) throw missingParameter('MessageGroupId')
  checkToken('MessageGroupId', MessageGroupId)
  checkToken('MessageDeduplicationId', MessageDeduplicationId)
  const group = { ...(MessageGroupId !== undefined && { groupId: MessageGroupId }) }
  if (!settings.fifo) {
    if (MessageDeduplicationId === undefined) return group
    const reason = 'The request includes a parameter that is not valid for this queue type.'
    throw invalidValue(MessageDeduplicationId, 'MessageDeduplicationId', reason)
  }
  if (MessageDeduplicationId === undefined && !settings.contentDeduplication) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
  return { ...group, deduplicationId: MessageDeduplicationId ?? contentDeduplicationId(body) }
}

function attributesOf(given: GivenAttributes): Record<string, MessageAttribute> {
  const entries = Object.entries(given ?? {})
  if (entries.length > limits.attributesMax) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${limits.attributesMax}].`,
    )
  }
  const attributes: Record<string, MessageAttribute> = {}
  for (const [name, value] of entries) attributes[name] = attributeOf(name, value)
  return attributes
}

function attributeOf(name: string, given: MessageAttributeValue): MessageAttribute {
  const { DataType: dataType = '', StringValue, BinaryValue } = given
  if (!/^[\w.-]{1,256}$/.test(name) || /^(aws|amazon)\.|^\.|\.$|\.\./i.test(name)) {
    throw invalidParameter(`The message attribute name '${name}' is invalid.`)
  }
  const [, kind] = /^(String|Number|Binary)(?:\..+)?$/.exec(dataType) ?? []
  if (kind === undefined || dataType.length > 256) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    )
  }
  const isEmpty = kind === 'Binary' ? !BinaryValue?.length : !StringValue
  if (isEmpty) {
    throw invalidParameter(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${kind === 'Binary' ? 'Binary' : 'String'}'.`,
    )
  }
  if (kind === 'Binary') return { dataType, bytes: Uint8Array.from(BinaryValue ?? []) }
  if (kind === 'Number' && !Number.isFinite(Number(StringValue))) {
    throw invalidParameter(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    )
  }
  return { dataType, text: StringValue ?? '' }
}

export function wireSent(sent: SentMessage) {
  const { messageId, bodyMd5, attributesMd5, systemMd5, sequenceNumber } = sent
  return {
    MessageId: messageId,
    MD5OfMessageBody: bodyMd5,
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
    ...(systemMd5 !== undefined && { MD5OfMessageSystemAttributes: systemMd5 }),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  }
}

/** A received message with the attributes that were asked for. */
export function wireMessage(
  queue: OwnedQueue,
  { state, content }: Delivered,
  wanted: { readonly system: ReadonlyArray<string>; readonly own: ReadonlyArray<string> },
) {
  const system = Object.entries(systemAttributes({ state, content })).filter(
    ([name, value]) =>
      value !== undefined && (wanted.system.includes('All') || wanted.system.includes(name)),
  )
  const own = Object.entries(content.attributes).filter(([name]) => isWanted(name, wanted.own))
  const isWhole = own.length === Object.keys(content.attributes).length
  return {
    MessageId: state.id,
    ReceiptHandle: receiptHandle(queue, { messageId: state.id, receipt: state.receipt ?? '' }),
    MD5OfBody: content.bodyMd5,
    Body: content.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) as Record<string, string> }),
    ...(own.length > 0 && {
      MessageAttributes: Object.fromEntries(own.map(([name, one]) => [name, wireAttribute(one)])),
      ...(isWhole && { MD5OfMessageAttributes: content.attributesMd5 }),
    }),
  }
}

function isWanted(name: string, patterns: ReadonlyArray<string>): boolean {
  return patterns.some((pattern) => {
    if (pattern === 'All' || pattern === '.*' || pattern === name) return true
    return pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1))
  })
}

function wireAttribute({ dataType, text, base64 }: StoredAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(text !== undefined && { StringValue: text }),
    ...(base64 !== undefined && { BinaryValue: Buffer.from(base64, 'base64') }),
  }
}
