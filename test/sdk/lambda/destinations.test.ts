import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import {
  CreateEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import type { Message } from '@aws-sdk/client-sqs'
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { openQueue, ruleTo } from '../events/support.ts'
import { createFunction } from './functions-for-tests.ts'

const lambda = client(LambdaClient, { maxAttempts: 1 } as object)
const sqs = client(SQSClient)
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${fileAccount()}:function:${name}`
const code = `export const handler = async ({ bad }) => { if (bad) throw new Error('bad'); return 'done' }`

async function newQueue(QueueName: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  return { QueueUrl, arn: answer.Attributes?.['QueueArn'] ?? '' }
}

async function receive(QueueUrl: string | undefined): Promise<Message | undefined> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 15, MessageAttributeNames: ['All'] }),
  )
  return Messages[0]
}

const configure = (FunctionName: string, DestinationConfig: object) =>
  lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 0,
      DestinationConfig,
    }),
  )

const send = (FunctionName: string, event: object) =>
  lambda.send(
    new InvokeCommand({
      FunctionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  )

test('a success goes to a queue and a failure to a topic, in the name of the role of the function', async () => {
  const done = await newQueue('done')
  const seen = await openQueue('seen')
  const sns = client(SNSClient)
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'failures' }))
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: seen.arn }))
  await createFunction('worker', code)
  await configure('worker', {
    OnSuccess: { Destination: done.arn },
    OnFailure: { Destination: TopicArn },
  })
  await send('worker', { bad: false })
  await send('worker', { bad: true })
  expect(JSON.parse((await receive(done.QueueUrl))?.Body ?? '')).toMatchObject({
    version: '1.0',
    requestContext: {
      functionArn: `${arnOf('worker')}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload: { bad: false },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: 'done',
  })
  await expect.poll(async () => (await seen.bodies()).length, { timeout: 15_000 }).toBe(1)
  const { Message: text } = JSON.parse((await seen.bodies())[0] ?? '')
  expect(JSON.parse(text)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted' },
    responseContext: { functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'bad' },
  })
})

test('what a bus is sent is an event of the function', async () => {
  const queue = await openQueue('bus-results')
  await ruleTo(queue.arn, 'results', { source: ['lambda'], detail: { requestPayload: { n: [7] } } })
  const { EventBusArn } = await client(EventBridgeClient).send(
    new CreateEventBusCommand({ Name: 'unused' }),
  )
  const bus = (EventBusArn ?? '').replace('unused', 'default')
  await createFunction('teller', code)
  await configure('teller', { OnSuccess: { Destination: bus } })
  await send('teller', { n: 6 })
  await send('teller', { n: 7 })
  await expect.poll(async () => (await queue.bodies()).length, { timeout: 15_000 }).toBe(1)
  expect(JSON.parse((await queue.bodies())[0] ?? '')).toMatchObject({
    source: 'lambda',
    'detail-type': 'Lambda Function Invocation Result - Success',
    account: fileAccount(),
    resources: [bus, `${arnOf('teller')}:$LATEST`],
    detail: { requestPayload: { n: 7 }, responsePayload: 'done' },
  })
})

test('the event itself goes to the dead-letter queue, with the reason in attributes', async () => {
  const dead = await newQueue('dead')
  const fifo = await newQueue('dead.fifo', { FifoQueue: 'true' })
  await createFunction('fragile', code)
  const FunctionName = 'fragile'
  const set = (TargetArn: string) =>
    lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig: { TargetArn } }),
    )
  const refusal = 'The provided execution role does not have permissions to call SendMessage on SQS'
  await expect(set(fifo.arn)).rejects.toThrow(refusal)
  await expect(set(dead.arn.replace(/dead$/, 'absent'))).rejects.toThrow(refusal)
  await set(dead.arn)
  const read = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  expect((await read()).DeadLetterConfig).toEqual({ TargetArn: dead.arn })
  await configure(FunctionName, {})
  await send(FunctionName, { bad: true })
  const message = await receive(dead.QueueUrl)
  expect(message?.Body).toBe('{"bad":true}')
  expect(message?.MessageAttributes).toMatchObject({
    RequestID: { DataType: 'String' },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { StringValue: 'bad' },
  })
  await set('')
  expect((await read()).DeadLetterConfig).toBeUndefined()
})

test('a destination that is gone takes no event with it: the function ran once', async () => {
  const gone = await newQueue('gone')
  const ran = await newQueue('ran')
  await createFunction('steady', code)
  await configure('steady', { OnFailure: { Destination: gone.arn } })
  await lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'steady',
      DeadLetterConfig: { TargetArn: ran.arn },
    }),
  )
  await sqs.send(new DeleteQueueCommand({ QueueUrl: gone.QueueUrl }))
  await send('steady', { bad: true })
  // The dead letters come after the destination.
  expect((await receive(ran.QueueUrl))?.Body).toBe('{"bad":true}')
})

test('a batch of a stream that is given up goes to a queue, without its records', async () => {
  const lost = await newQueue('lost')
  const StreamName = 'mapped'
  const kinesis = client(KinesisClient)
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await createFunction('reader', `export const handler = async () => { throw new Error('no') }`)
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'reader',
      EventSourceArn: `arn:aws:kinesis:us-east-1:${fileAccount()}:stream/${StreamName}`,
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: lost.arn } },
    }),
  )
  await kinesis.send(
    new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('secret') }),
  )
  const record = JSON.parse((await receive(lost.QueueUrl))?.Body ?? '{}')
  expect(record).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    KinesisBatchInfo: { shardId: 'shardId-000000000000', batchSize: 1 },
  })
  expect(record).not.toHaveProperty('payload')
})
