import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

const sqs = client(SQSClient)
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${fileAccount()}:${name}`

async function makeQueue(QueueName: string, deadLetters?: string): Promise<string> {
  const Attributes = {
    ...(QueueName.endsWith('.fifo') && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }),
    ...(deadLetters !== undefined && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: arnOf(deadLetters),
        maxReceiveCount: 1,
      }),
    }),
  }
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? ''
}

const send = (QueueUrl: string, MessageBody: string, MessageGroupId?: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }))

async function receive(QueueUrl: string, more: object = {}) {
  const command = new ReceiveMessageCommand({
    ...{ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] },
    ...more,
  })
  return (await sqs.send(command)).Messages ?? []
}

/** Receives them twice, so that they are dead letters. */
async function spoil(QueueUrl: string): Promise<void> {
  await receive(QueueUrl, { VisibilityTimeout: 0 })
  await receive(QueueUrl)
}

const count = async (QueueUrl: string) => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  )
  return Attributes?.ApproximateNumberOfMessages
}

const lastTask = async (SourceArn: string) =>
  (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results?.[0]

test('dead letters go back to where they came from, as new messages', async () => {
  const dead = await makeQueue('dead')
  const orders = await makeQueue('orders', 'dead')
  const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }))
  expect(sources.queueUrls).toEqual([orders])
  const sent = [await send(orders, 'a'), await send(orders, 'b')]
  await spoil(orders)
  expect(await count(dead)).toBe('2')
  const SourceArn = arnOf('dead')
  const { TaskHandle } = await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }))
  await expect.poll(async () => (await lastTask(SourceArn))?.Status).toBe('COMPLETED')
  expect(await lastTask(SourceArn)).toMatchObject({
    SourceArn,
    ApproximateNumberOfMessagesMoved: 2,
    ApproximateNumberOfMessagesToMove: 2,
    StartedTimestamp: expect.any(Number),
  })
  expect(await count(dead)).toBe('0')
  const back = await receive(orders)
  expect(back.map(({ Body }) => Body).sort()).toEqual(['a', 'b'])
  expect(back[0]?.Attributes?.ApproximateReceiveCount).toBe('1')
  expect(back[0]?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn')
  expect(sent.map(({ MessageId }) => MessageId)).not.toContain(back[0]?.MessageId)
  await expect(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Task does not exist.',
  })
})

test('a task keeps its rate, is the only one of its queue, and can be cancelled', async () => {
  const dead = await makeQueue('slow-dead')
  await makeQueue('slow', 'slow-dead')
  const other = await makeQueue('slow-other')
  for (let number = 0; number < 5; number++) await send(dead, String(number))
  const SourceArn = arnOf('slow-dead')
  const start = new StartMessageMoveTaskCommand({
    SourceArn,
    DestinationArn: arnOf('slow-other'),
    MaxNumberOfMessagesPerSecond: 1,
  })
  const { TaskHandle } = await sqs.send(start)
  await expect(sqs.send(start)).rejects.toThrow(
    'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
  )
  await expect.poll(() => count(other)).toBe('1')
  expect(await lastTask(SourceArn)).toMatchObject({ Status: 'RUNNING', TaskHandle })
  await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }))
  await expect.poll(async () => (await lastTask(SourceArn))?.Status).toBe('CANCELLED')
  const { ApproximateNumberOfMessagesMoved: moved = 0 } = (await lastTask(SourceArn)) ?? {}
  expect(moved).toBeLessThan(5)
  expect([await count(dead), await count(other)]).toEqual([String(5 - moved), String(moved)])
})

test('the order of a group is kept when it is moved', async () => {
  const dead = await makeQueue('dead.fifo')
  const source = await makeQueue('source.fifo', 'dead.fifo')
  for (let number = 0; number < 7; number++) await send(dead, String(number), 'g')
  await sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: arnOf('dead.fifo'),
      DestinationArn: arnOf('source.fifo'),
    }),
  )
  await expect.poll(() => count(source)).toBe('7')
  expect((await receive(source)).map(({ Body }) => Body)).toEqual([...'0123456'])
})

test('what cannot be moved ends the task, and what is no dead-letter queue begins none', async () => {
  const dead = await makeQueue('direct-dead')
  await makeQueue('direct', 'direct-dead')
  await send(dead, 'sent by hand')
  const SourceArn = arnOf('direct-dead')
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }))
  await expect
    .poll(async () => (await lastTask(SourceArn))?.FailureReason)
    .toBe('CouldNotDetermineMessageSource')
  expect(await count(dead)).toBe('1')
  const start = (given: ConstructorParameters<typeof StartMessageMoveTaskCommand>[0]) =>
    sqs.send(new StartMessageMoveTaskCommand(given))
  await expect(start({ SourceArn: arnOf('direct') })).rejects.toThrow(
    'Source queue must be configured as a Dead Letter Queue.',
  )
  await expect(start({ SourceArn: arnOf('nowhere') })).rejects.toThrow(
    "The resource that you specified for the SourceArn parameter doesn't exist.",
  )
  await expect(start({ SourceArn, DestinationArn: arnOf('nowhere') })).rejects.toThrow(
    "The resource that you specified for the DestinationArn parameter doesn't exist.",
  )
  await expect(start({ SourceArn, MaxNumberOfMessagesPerSecond: 501 })).rejects.toThrow(/500/)
  await start({ SourceArn, MaxNumberOfMessagesPerSecond: 500 })
  await expect(
    sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'nonsense' })),
  ).rejects.toThrow('Value for parameter TaskHandle is invalid.')
  await expect(
    sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 11 })),
  ).rejects.toThrow('Must be between 1 and 10')
  const all = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }))
  expect(all.Results).toHaveLength(2)
})
