import { createHash } from 'node:crypto'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const sqs = client(SQSClient)
let made = 0

async function newQueue(Attributes: Record<string, string> = {}): Promise<string> {
  const QueueName = `queue-${made++}${Attributes['FifoQueue'] ? '.fifo' : ''}`
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
  return QueueUrl
}

const receive = async (QueueUrl: string, more: object = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? []

test('a message is received with its attributes, hidden meanwhile, and gone when deleted', async () => {
  const QueueUrl = await newQueue()
  const sent = await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: 'hello ü',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'greeting' },
        raw: { DataType: 'Binary.x', BinaryValue: Uint8Array.of(0, 255) },
      },
    }),
  )
  expect(sent.MD5OfMessageBody).toBe(createHash('md5').update('hello ü').digest('hex'))
  const [message] = await receive(QueueUrl, {
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  })
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'hello ü',
    MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    Attributes: { ApproximateReceiveCount: '1' },
    MessageAttributes: { kind: { StringValue: 'greeting' }, raw: { DataType: 'Binary.x' } },
  })
  expect(await receive(QueueUrl)).toEqual([])
  const ReceiptHandle = message?.ReceiptHandle ?? ''
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
  )
  const [again] = await receive(QueueUrl, { MessageSystemAttributeNames: ['All'] })
  expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2')
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }))
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  )
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    MaximumMessageSize: '1048576',
  })
})

test('a receive that waits is woken by a send', async () => {
  const QueueUrl = await newQueue()
  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 })
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }))
  expect((await waiting).map(({ Body }) => Body)).toEqual(['now'])
})

test('a group of a FIFO queue is in order, and blocked while one of its messages is in flight', async () => {
  const QueueUrl = await newQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' })
  const Entries = ['a1', 'a2', 'b1', 'a3', 'a1'].map((body, at) => ({
    Id: String(at),
    MessageBody: body,
    MessageGroupId: body[0],
  }))
  const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  expect(Successful?.[4]?.MessageId).toBe(Successful?.[0]?.MessageId)
  const first = await receive(QueueUrl, { MaxNumberOfMessages: 1 })
  expect(first.map(({ Body }) => Body)).toEqual(['a1'])
  expect((await receive(QueueUrl, { MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual([
    'b1',
  ])
  const ReceiptHandle = first[0]?.ReceiptHandle
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  const rest = await receive(QueueUrl, { MaxNumberOfMessages: 10 })
  expect(rest.map(({ Body }) => Body)).toEqual(['a2', 'a3'])
})

test('what was received too often goes to the dead letters', async () => {
  const dead = await newQueue()
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  )
  const QueueUrl = await newQueue({ VisibilityTimeout: '0' })
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: Attributes?.['QueueArn'],
    maxReceiveCount: 2,
  })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }))
  const denied = { RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'denyAll' }) }
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: dead, Attributes: denied }))
  await expect(
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } })),
  ).rejects.toMatchObject({ message: expect.stringContaining('RedriveAllowPolicy') })
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }))
  expect(await receive(QueueUrl)).toHaveLength(1)
  expect(await receive(QueueUrl)).toHaveLength(1)
  expect(await receive(QueueUrl)).toHaveLength(0)
  const [found] = await receive(dead)
  expect(found?.Body).toBe('poison')
})

test('batches fail by entry, and a purge empties a queue', async () => {
  const QueueUrl = await newQueue()
  const { Successful, Failed } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'ok', MessageBody: 'x' },
        { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
      ],
    }),
  )
  expect(Successful?.map(({ Id }) => Id)).toEqual(['ok'])
  expect(Failed).toMatchObject([{ Id: 'late', SenderFault: true, Code: 'InvalidParameterValue' }])
  const deletion = await sqs.send(
    new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: 'nonsense' }] }),
  )
  expect(deletion.Failed).toMatchObject([{ Id: 'a', Code: 'ReceiptHandleIsInvalid' }])
  await sqs.send(new PurgeQueueCommand({ QueueUrl }))
  expect(await receive(QueueUrl)).toEqual([])
  await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
    name: 'PurgeQueueInProgress',
  })
})
