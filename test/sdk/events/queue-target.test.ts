import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { clientConfig } from '../../support/client.ts'
import { newBucket, s3Client } from '../s3/support.ts'

const events = new EventBridgeClient(clientConfig())
const sqs = new SQSClient(clientConfig())

async function newQueue(QueueName: string, isOpen: boolean) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }))
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  const Arn = Attributes?.['QueueArn'] ?? ''
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: Arn,
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  if (isOpen) await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }))
  return { QueueUrl, Arn }
}

async function receive(QueueUrl: string | undefined) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] }),
  )
  return Messages[0]
}

test('an object that is put arrives in the queue of a rule, by the default bus', async () => {
  const { QueueUrl, Arn } = await newQueue('objects', true)
  const Bucket = await newBucket()
  const EventPattern = JSON.stringify({
    source: ['aws.s3'],
    detail: { bucket: { name: [Bucket] }, object: { key: [{ prefix: 'raw/' }] } },
  })
  await events.send(new PutRuleCommand({ Name: 'objects', EventPattern }))
  await events.send(new PutTargetsCommand({ Rule: 'objects', Targets: [{ Id: 'q', Arn }] }))
  const NotificationConfiguration = { EventBridgeConfiguration: {} }
  const s3 = s3Client()
  await s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  )
  await s3.send(new PutObjectCommand({ Bucket, Key: 'other', Body: 'x' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'raw/a', Body: 'four' }))
  expect(JSON.parse((await receive(QueueUrl))?.Body ?? '')).toMatchObject({
    'detail-type': 'Object Created',
    source: 'aws.s3',
    detail: { reason: 'PutObject', object: { key: 'raw/a', size: 4 } },
  })
})

test('what a target does not let in goes to the dead-letter queue, with the reason', async () => {
  const closed = await newQueue('closed', false)
  const dead = await newQueue('dead', true)
  await events.send(new PutRuleCommand({ Name: 'closed', EventPattern: '{"source":["closed"]}' }))
  const target = { Id: 'q', Arn: closed.Arn, DeadLetterConfig: { Arn: dead.Arn } }
  await events.send(new PutTargetsCommand({ Rule: 'closed', Targets: [target] }))
  await events.send(
    new PutEventsCommand({ Entries: [{ Source: 'closed', DetailType: 'x', Detail: '{"a":1}' }] }),
  )
  const message = await receive(dead.QueueUrl)
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({ source: 'closed', detail: { a: 1 } })
  expect(message?.MessageAttributes?.['TARGET_ARN']?.StringValue).toBe(closed.Arn)
  expect(message?.MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('AccessDeniedException')
})
