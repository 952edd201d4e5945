import type { MessageAttribute } from '../../base/event-target.ts'
import type { MessageSigner } from './message-signer.ts'

export interface TopicMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'
  readonly messageId: string
  readonly topicArn: string
  readonly subject?: string
  readonly text: string
  /** ISO 8601. */
  readonly timestamp: string
  readonly attributes: Readonly<Record<string, StoredAttribute>>
  readonly signatureVersion: '1' | '2'
  readonly token?: string
  readonly sequenceNumber?: string
  readonly groupId?: string
  readonly deduplicationId?: string
}

/** As `MessageAttribute`, with bytes in base64. */
export interface StoredAttribute {
  readonly dataType: string
  readonly text?: string
  readonly base64?: string
}

export function attributesOf(message: TopicMessage): Readonly<Record<string, MessageAttribute>> {
  return Object.fromEntries(
    Object.entries(message.attributes).map(([name, { dataType, text, base64 }]) => [
      name,
      {
        dataType,
        ...(text !== undefined && { text }),
        ...(base64 !== undefined && { bytes: Buffer.from(base64, 'base64') }),
      },
    ]),
  )
}

/** The JSON in which SNS wraps a message for queues and HTTP endpoints, signed. */
export async function envelopeOf(
  message: TopicMessage,
  subscriptionArn: string,
  deps: { readonly signer: MessageSigner; readonly endpoint: () => string },
): Promise<Readonly<Record<string, unknown>>> {
  const { signer, endpoint } = deps
  const isNotification = message.type === 'Notification'
  const fields = {
    Type: message.type,
    MessageId: message.messageId,
    ...(message.token !== undefined && { Token: message.token }),
    ...(message.sequenceNumber !== undefined && { SequenceNumber: message.sequenceNumber }),
    TopicArn: message.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: message.text,
    ...(!isNotification && {
      SubscribeURL: `${endpoint()}/?Action=ConfirmSubscription&TopicArn=${message.topicArn}&Token=${message.token}`,
    }),
    Timestamp: message.timestamp,
  }
  return {
    ...fields,
    SignatureVersion: message.signatureVersion,
    Signature: await signer.sign(signedText(fields), message.signatureVersion),
    SigningCertURL: endpoint() + (await signer.certificatePath()),
    ...(isNotification && {
      UnsubscribeURL: `${endpoint()}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
    }),
    ...(isNotification && hasAttributes(message) && { MessageAttributes: wireAttributes(message) }),
  }
}

/** The payload of functions: "Using Lambda with Amazon SNS" in Lambda's Developer Guide. */
export async function functionEventOf(
  message: TopicMessage,
  subscriptionArn: string,
  deps: { readonly signer: MessageSigner; readonly endpoint: () => string },
): Promise<object> {
  const envelope = await envelopeOf(message, subscriptionArn, deps)
  const { SigningCertURL, UnsubscribeURL, ...rest } = envelope
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          ...rest,
          Subject: message.subject ?? null,
          // AWS: functions see `…Url` where queues see `…URL`.
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: wireAttributes(message),
        },
      },
    ],
  }
}

/** Name and value lines in the order of "Verifying the signatures of Amazon SNS messages". */
function signedText(fields: Readonly<Record<string, unknown>>): string {
  const names =
    fields['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  return names
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join('')
}

function hasAttributes({ attributes }: TopicMessage): boolean {
  return Object.keys(attributes).length > 0
}

function wireAttributes({ attributes }: TopicMessage) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, text, base64 }]) => [
      name,
      { Type: dataType, Value: text ?? base64 },
    ]),
  )
}
