import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose'
import { AddPermissionCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { client, clientConfig, fileAccount } from '../../support/client.ts'
import { createFunction } from '../lambda/functions-for-tests.ts'
import { openQueue, roleFor } from './support.ts'

const events = client(EventBridgeClient)
const poll = { timeout: 20_000, interval: 200 }

async function rule(Name: string) {
  const { RuleArn } = await events.send(
    new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Name] }) }),
  )
  return { arn: RuleArn ?? '', Name }
}

const put = (Source: string) =>
  events.send(new PutEventsCommand({ Entries: [{ Source, DetailType: 't', Detail: '{"n":1}' }] }))

test('a function gets the events of a rule as long as its policy lets the rule invoke it', async () => {
  const dead = await openQueue('dead')
  const taken = await openQueue('taken')
  const FunctionName = 'taker'
  await createFunction(FunctionName, 'export const handler = async () => {}')
  const { arn, Name } = await rule('to-function')
  const Arn = `arn:aws:lambda:us-east-1:${fileAccount()}:function:${FunctionName}`
  const Targets = [
    { Id: 'f', Arn, DeadLetterConfig: { Arn: dead.arn } },
    { Id: 'q', Arn: taken.arn },
  ]
  await events.send(new PutTargetsCommand({ Rule: Name, Targets }))
  await put(Name)
  await expect.poll(async () => (await dead.bodies()).length, poll).toBe(1)
  const lambda = client(LambdaClient)
  const permission = { FunctionName, StatementId: 'rule' }
  await lambda.send(
    new AddPermissionCommand({
      ...{ ...permission, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
      SourceArn: arn,
    }),
  )
  await put(Name)
  await expect.poll(async () => (await taken.bodies()).length, poll).toBe(2)
  await lambda.send(new RemovePermissionCommand(permission))
  await put(Name)
  await expect.poll(async () => (await dead.bodies()).length, poll).toBe(2)
})

test('events go to a delivery stream in the name of a role, and end in its bucket', async () => {
  const s3 = new S3Client({ ...clientConfig(), forcePathStyle: true })
  const Bucket = `rule-events-${fileAccount()}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  const { DeliveryStreamARN: Arn = '' } = await client(FirehoseClient).send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'rule-events',
      ExtendedS3DestinationConfiguration: {
        BucketARN: `arn:aws:s3:::${Bucket}`,
        RoleARN: `arn:aws:iam::${fileAccount()}:role/firehose`,
        BufferingHints: { IntervalInSeconds: 1, SizeInMBs: 1 },
      },
    }),
  )
  const { Name } = await rule('to-firehose')
  const target = (more: object = {}) =>
    events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'd', Arn, ...more }] }))
  await expect(target()).rejects.toThrow(`RoleArn is required for target ${Arn}.`)
  await target({ RoleArn: await roleFor('events.amazonaws.com') })
  await put(Name)
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
    return Contents.map(({ Key }) => Key)
  }
  await expect.poll(async () => (await keys()).length, poll).toBe(1)
  const [Key] = await keys()
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
    source: 'to-firehose',
    detail: { n: 1 },
  })
})

test('events go to a log group, once a resource policy lets EventBridge write there', async () => {
  const logs = client(CloudWatchLogsClient)
  const logGroupName = '/aws/events/seen'
  await logs.send(new CreateLogGroupCommand({ logGroupName }))
  const Arn = `arn:aws:logs:us-east-1:${fileAccount()}:log-group:${logGroupName}`
  const dead = await openQueue('dead-logs')
  const { Name } = await rule('to-logs')
  const target = (more: object = {}) =>
    events.send(
      new PutTargetsCommand({
        Rule: Name,
        Targets: [{ Id: 'l', Arn, DeadLetterConfig: { Arn: dead.arn }, ...more }],
      }),
    )
  const RoleArn = `arn:aws:iam::${fileAccount()}:role/r`
  await expect(target({ RoleArn })).rejects.toThrow(`RoleArn is not supported for target ${Arn}.`)
  await target()
  await put(Name)
  await expect.poll(async () => (await dead.bodies()).length, poll).toBe(1)
  const allow = {
    ...{ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] },
    ...{ Principal: { Service: 'events.amazonaws.com' }, Resource: `${Arn}:*` },
  }
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [allow] })
  const policyName = 'events'
  await logs.send(new PutResourcePolicyCommand({ policyName, policyDocument }))
  await put(Name)
  const seen = async () => {
    const { events: found = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }))
    return found.map(({ message = '' }) => (JSON.parse(message) as { source: string }).source)
  }
  await expect.poll(seen, poll).toEqual([Name])
})

test('what cannot be a target is refused with its reason', async () => {
  const { Name } = await rule('refusing')
  const target = (Arn: string, more: object = {}) =>
    events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'x', Arn, ...more }] }))
  await expect(target('no-arn')).rejects.toThrow('Provided Arn is not in correct format.')
  const here = `us-east-1:${fileAccount()}`
  for (const arn of [
    `ecs:${here}:cluster/c`,
    `states:${here}:stateMachine:m`,
    `glue:${here}:job/j`,
  ]) {
    await expect(target(`arn:aws:${arn}`)).rejects.toThrow('not supported by Headrace yet')
  }
  await expect(target(`arn:aws:sqs:${here}:q.fifo`)).rejects.toThrow(
    'Parameter(s) SqsParameters must be specified for target: x.',
  )
  await expect(target(`arn:aws:sqs:eu-west-1:${fileAccount()}:q`)).rejects.toThrow(
    'A target must be in the region of its rule.',
  )
  await expect(target('arn:aws:sqs:us-east-1:111111111111:q')).rejects.toThrow(
    'RoleArn is required for target arn:aws:sqs:us-east-1:111111111111:q.',
  )
  const stream = 'arn:aws:kinesis:us-east-1:111111111111:stream/s'
  await expect(target(stream, { RoleArn: 'arn:aws:iam::111111111111:role/r' })).rejects.toThrow(
    `Access to the resource ${stream} is denied. Reason: Adding cross-account target is not permitted.`,
  )
})
