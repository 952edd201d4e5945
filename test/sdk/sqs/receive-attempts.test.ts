import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const sqs = client(SQSClient)

test('an attempt to receive can be repeated until one of its messages is changed', async () => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: 'attempts.fifo',
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    }),
  )
  for (const MessageBody of ['a', 'b', 'c']) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }))
  }
  const attempt = async (ReceiveRequestAttemptId?: string) => {
    const MaxNumberOfMessages = 2
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, ReceiveRequestAttemptId }),
    )
    return Messages
  }
  const first = await attempt('one')
  expect(first.map(({ Body }) => Body)).toEqual(['a', 'b'])
  expect(await attempt()).toEqual([])
  expect(await attempt('two')).toEqual([])
  expect(await attempt('one')).toEqual(first)
  const ReceiptHandle = first[1]?.ReceiptHandle
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 60 }),
  )
  expect(await attempt('one')).toEqual([])
})

test('an attempt has no id in a standard queue, nor one that is no token', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'attempts' }))
  const attempt = (ReceiveRequestAttemptId: string) =>
    sqs.send(new ReceiveMessageCommand({ QueueUrl, ReceiveRequestAttemptId }))
  await expect(attempt('one')).rejects.toThrow('not valid for this queue type')
})
