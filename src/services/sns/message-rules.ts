import { createHash } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import type { MessageAttribute } from '../../base/event-target.ts'
import type { StoredAttribute } from './envelope.ts'
import { snsLimits } from './limits.ts'
import type { NewMessage } from './publisher.ts'
import { invalidParameter } from './sns-errors.ts'
import type { Protocol } from './subscriptions.ts'
import type { Topic } from './topics.ts'
import { messageBytesMaxOf } from './topics.ts'

/** Attributes as they are kept: bytes in base64. */
export function storedAttributes(
  attributes: Readonly<Record<string, MessageAttribute>>,
): Readonly<Record<string, StoredAttribute>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, text, bytes }]) => [
      name,
      {
        dataType,
        ...(text !== undefined && { text }),
        ...(bytes !== undefined && { base64: Buffer.from(bytes).toString('base64') }),
      },
    ]),
  )
}

/** AWS's rules for names, types and values of message attributes. */
export function checkAttributes(attributes: Readonly<Record<string, MessageAttribute>>): void {
  for (const [name, attribute] of Object.entries(attributes)) {
    checkAttributeName(name)
    const kind = /^(String|Number|Binary)(\..+)?$/.exec(attribute.dataType)?.[1]
    if (!kind) {
      throw badAttribute(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      )
    }
    const field = kind === 'Binary' ? 'Binary' : 'String'
    const [own, other] =
      field === 'Binary' ? [attribute.bytes, attribute.text] : [attribute.text, attribute.bytes]
    if (own === undefined && other !== undefined) {
      throw badAttribute(
        `The message attribute '${name}' with type '${attribute.dataType}' must use field '${field}'.`,
      )
    }
    if (own === undefined || own.length === 0) {
      throw badAttribute(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${attribute.dataType}'.`,
      )
    }
  }
}

function checkAttributeName(name: string): void {
  if (name.length > 256)
    throw badAttribute('Length of message attribute name must be less than 256 bytes.')
  if (name.startsWith('.')) {
    throw badAttribute("Invalid message attribute name starting with character '.' was found.")
  }
  if (name.endsWith('.')) {
    throw badAttribute("Invalid message attribute name ending with character '.' was found.")
  }
  if (name.includes('..')) {
    throw badAttribute("Message attribute name can not have successive '.' character.")
  }
  const odd = /[^\w.-]/.exec(name)?.[0]
  if (odd === undefined) return
  const code = odd.charCodeAt(0).toString(16).toUpperCase()
  throw badAttribute(
    `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
  )
}

function badAttribute(message: string): ServiceError {
  return new ServiceError('ParameterValueInvalid', message)
}

/** Text with attributes, of all messages together: `InvalidParameter` beyond the limit. */
export function checkMessageSize(topic: Topic, messages: ReadonlyArray<NewMessage>): void {
  if (sizeOf(messages) > messageBytesMaxOf(topic)) throw invalidParameter('Message too long')
}

export function sizeOf(messages: ReadonlyArray<NewMessage>): number {
  return messages.reduce((sum, { text, texts, attributes }) => {
    const said = [text, ...Object.values(texts ?? {})]
    const named = Object.entries(attributes).flatMap(([name, one]) => [
      name,
      one.dataType,
      one.text ?? '',
    ])
    const bytes = Object.values(attributes).reduce(
      (all, one) => all + ((one.base64?.length ?? 0) * 3) / 4,
      0,
    )
    return sum + bytes + [...said, ...named].reduce((all, one) => all + Buffer.byteLength(one), 0)
  }, 0)
}

/** `MessageStructure` json: a text for each protocol, and one for all others. */
export function readStructure(message: string): Pick<NewMessage, 'text' | 'texts'> {
  let parts: Readonly<Record<string, unknown>>
  try {
    parts = JSON.parse(message) as Readonly<Record<string, unknown>>
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse')
  }
  const text = parts?.['default']
  if (typeof text !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body')
  }
  const own = protocols.flatMap((one) =>
    typeof parts[one] === 'string' ? [[one, parts[one]]] : [],
  )
  return { text, texts: Object.fromEntries(own) as Partial<Record<Protocol, string>> }
}

const protocols: ReadonlyArray<Protocol> = ['sqs', 'lambda', 'firehose', 'http', 'https']

/** AWS: a line of printable ASCII that begins with no blank, up to 100 characters. */
export function checkSubject(subject: string): void {
  const isLine = /^[!-~][ -~]*$/.test(subject)
  if (!isLine || subject.length > snsLimits.subjectCharactersMax) throw invalidParameter('Subject')
}

/** What a FIFO topic must be told of a message, and a standard one must not. */
export function orderingOf(
  topic: Topic,
  text: string,
  groupId: string | undefined,
  deduplicationId: string | undefined,
): Pick<NewMessage, 'groupId' | 'deduplicationId'> {
  if (!topic.fifo) {
    if (deduplicationId !== undefined) {
      throw invalidParameter(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      )
    }
    return groupId === undefined ? {} : { groupId }
  }
  if (!groupId) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics')
  if (deduplicationId) return { groupId, deduplicationId }
  if (topic.contentBasedDeduplication) {
    return { groupId, deduplicationId: createHash('sha256').update(text).digest('hex') }
  }
  throw invalidParameter(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  )
}
