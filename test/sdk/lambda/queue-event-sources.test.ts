import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { CreateEventSourceMappingCommandInput } from '@aws-sdk/client-lambda'
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, clientConfig, fileAccount } from '../../support/client.ts'
import { createFunction } from './functions-for-tests.ts'

const lambda = new LambdaClient({ ...clientConfig(), maxAttempts: 1 })
const sqs = client(SQSClient)
const logs = client(CloudWatchLogsClient)
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${fileAccount()}:${name}`

const makeQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? ''

const map = (
  queue: string,
  FunctionName: string,
  more: Partial<CreateEventSourceMappingCommandInput> = {},
) =>
  lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: queueArn(queue),
      FunctionName,
      ...more,
    }),
  )

/** Prints its event, as `seen:<JSON>`. */
const PRINTS = `export const handler = async (event) => console.log('seen:' + JSON.stringify(event))`

async function seenBy(name: string) {
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'seen' }),
    )
    return events.flatMap(({ message = '' }) => JSON.parse(message.split('seen:')[1] ?? '').Records)
  } catch {
    return []
  }
}

const counts = async (QueueUrl: string) => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  )
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {}
  return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible]
}

test('a mapping of a queue is shown as Lambda shows it, and its event is as recorded', async () => {
  const QueueUrl = await makeQueue('source')
  await createFunction('reads', PRINTS)
  const made = await map('source', 'reads', { ScalingConfig: { MaximumConcurrency: 2 } })
  expect(made).toMatchObject({
    EventSourceArn: queueArn('source'),
    State: 'Creating',
    StateTransitionReason: 'USER_INITIATED',
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: [],
    ScalingConfig: { MaximumConcurrency: 2 },
  })
  expect(made).not.toHaveProperty('StartingPosition')
  const sent = await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: 'hello',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
    }),
  )
  await expect.poll(async () => (await seenBy('reads')).length).toBe(1)
  const [record] = await seenBy('reads')
  expect(record).toEqual({
    messageId: sent.MessageId,
    receiptHandle: expect.any(String),
    body: 'hello',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      SenderId: fileAccount(),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    },
    messageAttributes: {
      kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
    },
    md5OfMessageAttributes: sent.MD5OfMessageAttributes,
    md5OfBody: sent.MD5OfMessageBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn('source'),
    awsRegion: 'us-east-1',
  })
  await expect.poll(() => counts(QueueUrl)).toEqual(['0', '0'])
  await expect(map('source', 'reads')).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: `An event source mapping with SQS arn (" ${queueArn('source')} ") and function (" reads ") already exists. Please update or delete the existing mapping with UUID ${made.UUID}`,
  })
  const { UUID } = made
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false, BatchSize: 5 }))
  const state = async () =>
    (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State ?? 'gone'
  await expect.poll(state).toBe('Disabled')
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later' }))
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }))
  await expect.poll(async () => (await seenBy('reads')).length).toBe(2)
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))
  await expect
    .poll(() => state().catch((error: Error) => error.name))
    .toBe('ResourceNotFoundException')
})

test('what a function reports as failed comes again, the rest is removed', async () => {
  const QueueUrl = await makeQueue('partly', { VisibilityTimeout: '3' })
  await createFunction(
    'partly',
    `export const handler = async (event) => {
      console.log('seen:' + JSON.stringify(event))
      const failed = event.Records.filter((one) =>
        one.body === 'bad' && one.attributes.ApproximateReceiveCount === '1')
      return { batchItemFailures: failed.map((one) => ({ itemIdentifier: one.messageId })) }
    }`,
  )
  for (const MessageBody of ['good', 'bad']) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
  }
  await map('partly', 'partly', { FunctionResponseTypes: ['ReportBatchItemFailures'] })
  const bodies = async () => (await seenBy('partly')).map(({ body }: { body: string }) => body)
  await expect.poll(async () => (await bodies()).sort()).toEqual(['bad', 'bad', 'good'])
  await expect.poll(() => counts(QueueUrl)).toEqual(['0', '0'])
})

test('what does not fit a queue is refused', async () => {
  await createFunction('slow', PRINTS, { Timeout: 31 })
  await createFunction('fits', PRINTS)
  await makeQueue('limits')
  await makeQueue('limits.fifo', { FifoQueue: 'true' })
  const refused = (message: string) => ({ name: 'InvalidParameterValueException', message })
  await expect(map('nowhere', 'fits')).rejects.toMatchObject(
    refused(
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    ),
  )
  await expect(map('limits', 'slow')).rejects.toMatchObject(
    refused('Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds'),
  )
  await expect(map('limits', 'fits', { BatchSize: 11 })).rejects.toMatchObject(
    refused(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    ),
  )
  const MaximumBatchingWindowInSeconds = 1
  await expect(
    map('limits', 'fits', { BatchSize: 10_001, MaximumBatchingWindowInSeconds }),
  ).rejects.toThrow()
  await expect(map('limits.fifo', 'fits', { MaximumBatchingWindowInSeconds })).rejects.toThrow()
  await expect(map('limits', 'fits', { MaximumRetryAttempts: 1 })).rejects.toMatchObject(
    refused('Unsupported MaximumRetryAttempts parameter for given event source mapping type.'),
  )
  await expect(map('limits', 'fits', { StartingPosition: 'LATEST' })).rejects.toThrow()
  const { UUID } = await map('limits', 'fits', {
    BatchSize: 10_000,
    MaximumBatchingWindowInSeconds,
  })
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))
})
