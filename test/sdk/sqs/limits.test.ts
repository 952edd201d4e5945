import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { clientConfig } from '../../support/client.ts'

const sqs = new SQSClient({ ...clientConfig(), maxAttempts: 1 })
const MESSAGE_MAX = 1_048_576
let made = 0

async function newQueue(Attributes: Record<string, string> = {}): Promise<string> {
  const QueueName = `limits-${made++}${Attributes['FifoQueue'] ? '.fifo' : ''}`
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
  return QueueUrl
}

const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))
const receive = (QueueUrl: string, more: object) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))
const invalid = { name: 'InvalidParameterValue', Code: 'InvalidParameterValue', Type: 'Sender' }

test('a message has a mebibyte and not a byte more, with its attributes', async () => {
  const QueueUrl = await newQueue()
  await send(QueueUrl, 'x'.repeat(MESSAGE_MAX))
  await expect(send(QueueUrl, 'x'.repeat(MESSAGE_MAX + 1))).rejects.toMatchObject({
    ...invalid,
    message: `One or more parameters are invalid. Reason: Message must be shorter than ${MESSAGE_MAX} bytes.`,
  })
  const MessageAttributes = { name: { DataType: 'String', StringValue: 'value' } }
  const own = 'nameStringvalue'.length
  await send(QueueUrl, 'x'.repeat(MESSAGE_MAX - own), { MessageAttributes })
  await expect(
    send(QueueUrl, 'x'.repeat(MESSAGE_MAX - own + 1), { MessageAttributes }),
  ).rejects.toMatchObject(invalid)
  const small = await newQueue({ MaximumMessageSize: '1024' })
  await send(small, 'x'.repeat(1024))
  await expect(send(small, 'x'.repeat(1025))).rejects.toThrow('shorter than 1024 bytes')
  await expect(send(small, '')).rejects.toMatchObject({ Code: 'MissingParameter' })
})

test('a batch has ten entries and a mebibyte', async () => {
  const QueueUrl = await newQueue()
  const batch = (count: number, MessageBody: string) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: Array.from({ length: count }, (_, index) => ({ Id: `e${index}`, MessageBody })),
      }),
    )
  expect((await batch(10, 'x')).Successful).toHaveLength(10)
  await expect(batch(11, 'x')).rejects.toMatchObject({
    name: 'TooManyEntriesInBatchRequest',
    message: 'Maximum number of entries per request are 10. You have sent 11.',
  })
  await expect(batch(0, 'x')).rejects.toMatchObject({ name: 'EmptyBatchRequest' })
  expect((await batch(2, 'x'.repeat(MESSAGE_MAX / 2))).Successful).toHaveLength(2)
  await expect(batch(2, 'x'.repeat(MESSAGE_MAX / 2 + 1))).rejects.toMatchObject({
    name: 'BatchRequestTooLong',
    message: `Batch requests cannot be longer than ${MESSAGE_MAX} bytes. You have sent ${MESSAGE_MAX + 2} bytes.`,
  })
  const remove = (ids: ReadonlyArray<string>) =>
    sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: ids.map((Id) => ({ Id, ReceiptHandle: 'x' })),
      }),
    )
  await expect(remove(['a', 'a'])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' })
  await expect(remove(['a b'])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' })
  expect((await remove(['i'.repeat(80)])).Failed).toHaveLength(1)
  await expect(remove(['i'.repeat(81)])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' })
})

test.each([
  ['MaxNumberOfMessages', 1, 10, 'Must be between 1 and 10, if provided.'],
  ['WaitTimeSeconds', 0, 20, 'Must be >= 0 and <= 20, if provided.'],
  ['VisibilityTimeout', 0, 43_200, 'Must be >= 0 and <= 43200, if provided.'],
])('%s of a receive goes from %i to %i', async (name, least, most, reason) => {
  const QueueUrl = await newQueue()
  for (const value of [least, most]) {
    await send(QueueUrl, 'x')
    expect((await receive(QueueUrl, { [name]: value })).Messages).toHaveLength(1)
  }
  for (const value of [least - 1, most + 1]) {
    await expect(receive(QueueUrl, { [name]: value })).rejects.toMatchObject({
      ...invalid,
      message: `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`,
    })
  }
})

test.each([
  ['DelaySeconds', 0, 900],
  ['MaximumMessageSize', 1024, MESSAGE_MAX],
  ['MessageRetentionPeriod', 60, 1_209_600],
  ['ReceiveMessageWaitTimeSeconds', 0, 20],
  ['VisibilityTimeout', 0, 43_200],
  ['KmsDataKeyReusePeriodSeconds', 60, 86_400],
])('the attribute %s goes from %i to %i', async (name, least, most) => {
  const QueueUrl = await newQueue({ KmsMasterKeyId: 'alias/aws/sqs' })
  const set = (value: number) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: String(value) } }))
  for (const value of [least, most]) {
    await set(value)
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ [name]: String(value) })
  }
  for (const value of [least - 1, most + 1]) {
    await expect(set(value)).rejects.toMatchObject({ name: 'InvalidAttributeValue' })
  }
})

test('ten attributes, eighty letters of a name and fifty tags', async () => {
  const QueueUrl = await newQueue()
  const attributes = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `name${index}`,
        { DataType: 'Number', StringValue: '1' },
      ]),
    )
  await send(QueueUrl, 'x', { MessageAttributes: attributes(10) })
  await expect(send(QueueUrl, 'x', { MessageAttributes: attributes(11) })).rejects.toThrow(
    'Number of message attributes [11] exceeds the allowed maximum [10].',
  )
  await sqs.send(new CreateQueueCommand({ QueueName: 'n'.repeat(80) }))
  await expect(
    sqs.send(new CreateQueueCommand({ QueueName: 'n'.repeat(81) })),
  ).rejects.toMatchObject(invalid)
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: tags(50) }))
  await expect(sqs.send(new TagQueueCommand({ QueueUrl, Tags: tags(51) }))).rejects.toThrow(
    'Too many tags',
  )
})

test('names of attributes that are none are refused by name', async () => {
  const QueueUrl = await newQueue()
  const unknown = { name: 'InvalidAttributeName', message: 'Unknown Attribute Colour.' }
  const Colour = 'Colour' as 'All'
  await expect(receive(QueueUrl, { AttributeNames: [Colour] })).rejects.toMatchObject(unknown)
  await expect(
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [Colour] })),
  ).rejects.toMatchObject(unknown)
  await expect(
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [Colour]: 'red' } })),
  ).rejects.toMatchObject(unknown)
  await send(QueueUrl, 'x')
  const { Messages } = await receive(QueueUrl, { AttributeNames: ['SentTimestamp'] })
  expect(Object.keys(Messages?.[0]?.Attributes ?? {})).toEqual(['SentTimestamp'])
})
