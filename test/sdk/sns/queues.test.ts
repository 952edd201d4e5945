import {
  DeleteTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import type { Message } from '@aws-sdk/client-sqs'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { listener, newTopic, sns, subscribed } from './support.ts'

const sqs = () => client(SQSClient)

/** A queue that SNS may send to. */
async function newQueue(name: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl = '' } = await sqs().send(
    new CreateQueueCommand({ QueueName: name, Attributes }),
  )
  const arn = `arn:aws:sqs:us-east-1:${fileAccount()}:${name}`
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arn,
      },
    ],
  })
  await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }))
  return { QueueUrl, arn }
}

/** Receives and deletes until as many have come. */
async function receive(QueueUrl: string, count: number): Promise<Message[]> {
  const all: Message[] = []
  const deadline = Date.now() + 20_000
  while (all.length < count && Date.now() < deadline) {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    )
    for (const { ReceiptHandle } of Messages) {
      await sqs().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    }
    all.push(...Messages)
  }
  return all
}

const subscribe = async (TopicArn: string, Endpoint: string, Attributes = {}) =>
  (await sns().send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes })))
    .SubscriptionArn ?? ''

test('queues get the envelope, or the message itself with its attributes', async () => {
  const TopicArn = await newTopic('to-queues')
  const wrapped = await newQueue('wrapped')
  const raw = await newQueue('raw')
  const SubscriptionArn = await subscribe(TopicArn, wrapped.arn)
  expect(await subscribe(TopicArn, wrapped.arn)).toBe(SubscriptionArn)
  await subscribe(TopicArn, raw.arn, { RawMessageDelivery: 'true' })
  const { MessageId } = await sns().send(
    new PublishCommand({
      TopicArn,
      Subject: 'S',
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'for all', sqs: 'for queues' }),
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'a' },
        blob: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
      },
    }),
  )
  const [first] = await receive(wrapped.QueueUrl, 1)
  expect(JSON.parse(first?.Body ?? '')).toMatchObject({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'S',
    Message: 'for queues',
    SignatureVersion: '1',
    MessageAttributes: {
      kind: { Type: 'String', Value: 'a' },
      blob: { Type: 'Binary', Value: 'AQID' },
    },
  })
  const [second] = await receive(raw.QueueUrl, 1)
  expect(second?.Body).toBe('for queues')
  expect(second?.MessageAttributes?.['kind']?.StringValue).toBe('a')
  expect(Buffer.from(second?.MessageAttributes?.['blob']?.BinaryValue ?? [])).toEqual(
    Buffer.from([1, 2, 3]),
  )
  await sns().send(new UnsubscribeCommand({ SubscriptionArn }))
  await sns().send(new PublishCommand({ TopicArn, Message: 'later' }))
  expect((await receive(raw.QueueUrl, 1))[0]?.Body).toBe('later')
  await sns().send(new DeleteTopicCommand({ TopicArn }))
})

test('a FIFO topic keeps the order of its groups into a FIFO queue', async () => {
  const TopicArn = await newTopic('in-order.fifo', {
    FifoTopic: 'true',
    ContentBasedDeduplication: 'true',
  })
  const queue = await newQueue('in-order.fifo', { FifoQueue: 'true' })
  await subscribe(TopicArn, queue.arn, { RawMessageDelivery: 'true' })
  const entry = (index: number) => ({
    Id: `m${index}`,
    Message: String(index),
    MessageGroupId: `g${index % 3}`,
  })
  for (let from = 0; from < 60; from += 10) {
    const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, index) => entry(from + index))
    await sns().send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }))
    await sns().send(
      new PublishCommand({ TopicArn, Message: String(from), MessageGroupId: `g${from % 3}` }),
    )
  }
  const bodies = (await receive(queue.QueueUrl, 60)).map(({ Body }) => Number(Body))
  expect([...bodies].sort((left, right) => left - right)).toEqual(
    Array.from({ length: 60 }, (_, index) => index),
  )
  for (const group of [0, 1, 2]) {
    const own = bodies.filter((body) => body % 3 === group)
    expect(own).toEqual([...own].sort((left, right) => left - right))
  }
})

test('what an endpoint refuses goes to the dead-letter queue of the subscription', async () => {
  const TopicArn = await newTopic('dying')
  const dead = await newQueue('dead')
  const endpoint = await listener(({ headers }) =>
    headers['x-amz-sns-message-type'] === 'Notification' ? 403 : 200,
  )
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn })
  await subscribed(TopicArn, endpoint, { RedrivePolicy })
  await subscribe(TopicArn, `arn:aws:sqs:us-east-1:${fileAccount()}:never-made`, { RedrivePolicy })
  await sns().send(new PublishCommand({ TopicArn, Message: 'lost?' }))
  const messages = await receive(dead.QueueUrl, 2)
  expect(messages.map(({ Body }) => JSON.parse(Body ?? '').Message)).toEqual(['lost?', 'lost?'])
  expect(endpoint.notifications()).toHaveLength(1)
  endpoint.close()
})

test('a fan-out to two hundred queues reaches each', async () => {
  const TopicArn = await newTopic('wide')
  const queues = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const queue = await newQueue(`wide-${index}`)
      await subscribe(TopicArn, queue.arn, { RawMessageDelivery: 'true' })
      return queue
    }),
  )
  await sns().send(new PublishCommand({ TopicArn, Message: 'to all' }))
  for (const { QueueUrl } of queues) expect(await receive(QueueUrl, 1)).toHaveLength(1)
})
