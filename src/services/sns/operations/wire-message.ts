import type { MessageAttributeValue } from '@aws-sdk/client-sns'
import type { MessageAttribute } from '../../../base/event-target.ts'
import {
  checkAttributes,
  checkSubject,
  orderingOf,
  readStructure,
  storedAttributes,
} from '../message-rules.ts'
import type { NewMessage } from '../publisher.ts'
import { invalidParameter } from '../sns-errors.ts'
import type { Topic } from '../topics.ts'

interface WireMessage {
  readonly Message?: string | undefined
  readonly Subject?: string | undefined
  readonly MessageStructure?: string | undefined
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined
  readonly MessageGroupId?: string | undefined
  readonly MessageDeduplicationId?: string | undefined
}

/** A message of Publish or an entry of PublishBatch, by all rules but those of size. */
export function readMessage(topic: Topic, wire: WireMessage): NewMessage {
  const message = wire.Message ?? ''
  if (message === '') throw invalidParameter('Empty message')
  if (wire.Subject !== undefined) checkSubject(wire.Subject)
  const attributes = Object.fromEntries(
    Object.entries(wire.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      readAttribute(value),
    ]),
  )
  checkAttributes(attributes)
  return {
    ...(wire.MessageStructure === 'json' ? readStructure(message) : { text: message }),
    ...(wire.Subject !== undefined && { subject: wire.Subject }),
    attributes: storedAttributes(attributes),
    ...orderingOf(topic, message, wire.MessageGroupId, wire.MessageDeduplicationId),
  }
}

function readAttribute({
  DataType,
  StringValue,
  BinaryValue,
}: MessageAttributeValue): MessageAttribute {
  return {
    dataType: DataType ?? '',
    ...(StringValue !== undefined && { text: StringValue }),
    ...(BinaryValue !== undefined && { bytes: BinaryValue }),
  }
}
