import { CreateJobCommand, GetJobRunsCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Target } from '@aws-sdk/client-scheduler'
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { newQueue, newRole, receive, schedulerClient, sqsClient } from './support.ts'

const scheduler = schedulerClient()
const glue = client(GlueClient)

let RoleArn = ''

beforeAll(async () => {
  RoleArn = await newRole('universal')
})

const fireNow = (Name: string, target: Partial<Target> & { readonly Arn: string }) =>
  scheduler.send(
    new CreateScheduleCommand({
      ...{ Name, ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { RoleArn, ...target },
    }),
  )

test('a schedule starts a Glue job with the arguments of its input', async () => {
  const s3 = client(S3Client, { forcePathStyle: true } as object)
  const Bucket = `scheduled-${fileAccount()}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'job.py', Body: 'print(1)' }))
  const Command = { Name: 'pythonshell', ScriptLocation: `s3://${Bucket}/job.py` }
  await glue.send(new CreateJobCommand({ Name: 'nightly', Role: 'r', Command }))
  const Input = JSON.stringify({
    JobName: 'nightly',
    Arguments: { '--at': '<aws.scheduler.scheduled-time>' },
  })
  await fireNow('nightly', { Arn: 'arn:aws:scheduler:::aws-sdk:glue:startJobRun', Input })
  const runs = async () => (await glue.send(new GetJobRunsCommand({ JobName: 'nightly' }))).JobRuns
  await expect
    .poll(async () => (await runs())?.[0]?.JobRunState, { timeout: 30_000 })
    .toBe('SUCCEEDED')
  expect(await runs()).toHaveLength(1)
  expect((await runs())?.[0]?.Arguments?.['--at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('a request that its operation refuses goes to the dead-letter queue, with the code', async () => {
  const dead = await newQueue('refused-requests')
  await fireNow('absent', {
    Arn: 'arn:aws:scheduler:::aws-sdk:glue:startCrawler',
    Input: '{"Name":"absent"}',
    DeadLetterConfig: { Arn: dead.arn },
  })
  const message = await receive(dead.url)
  expect(message?.MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('EntityNotFoundException')
  await fireNow('malformed', {
    Arn: 'arn:aws:scheduler:::aws-sdk:glue:startCrawler',
    Input: '{"Named":"absent"}',
    DeadLetterConfig: { Arn: dead.arn },
  })
  const second = await receive(dead.url)
  expect(second?.MessageAttributes?.['ERROR_MESSAGE']?.StringValue).toMatch(/[nN]ame/)
})

test('a topic gets what a schedule sends, in the name of its role', async () => {
  const sns = client(SNSClient)
  const queue = await newQueue('of-topic')
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'of-schedule' }))
  const statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
    ...{ Action: 'sqs:SendMessage', Resource: queue.arn },
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await sqsClient().send(
    new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }),
  )
  const Attributes = { RawMessageDelivery: 'true' }
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes }),
  )
  await fireNow('to-topic', { Arn: TopicArn, Input: 'good morning' })
  expect((await receive(queue.url))?.Body).toBe('good morning')
})

test.each([
  ['reads only', 'glue:getJob', /read-only/],
  ['is not built', 'glue:createMLTransform', /not supported by Headrace yet/],
  ['is of a service that is not reached', 'ec2:runInstances', /not supported by Headrace yet/],
  ['is no operation', 'glue', /not in correct format/],
])('an operation that %s is refused', async (_why, action, message) => {
  const Arn = `arn:aws:scheduler:::aws-sdk:${action}`
  await expect(fireNow('refused', { Arn, Input: '{}' })).rejects.toThrow(message)
})
