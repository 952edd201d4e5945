import {
  DeleteResourcePolicyCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetResourcePolicyCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { newAccount } from '../../support/client.ts'
import { kinesisClient, newStream, putText, streamArn, text } from './kinesis-client.ts'

const kinesis = kinesisClient()
const account = newAccount()
const other = kinesisClient({ account })

function policyOf(Resource: string, Action: string | string[], Effect = 'Allow', AWS = account) {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'share', Effect, Principal: { AWS }, Action, Resource }],
  })
}

test('a policy is put, given back, replaced and deleted', async () => {
  const ResourceARN = streamArn(await newStream(kinesis))
  const get = async () =>
    (await kinesis.send(new GetResourcePolicyCommand({ ResourceARN }))).Policy ?? 'none'
  expect(await get()).toBe('{}')
  const Policy = policyOf(ResourceARN, ['kinesis:PutRecord', 'kinesis:PutRecords'])
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
  expect(await get()).toBe(Policy)
  const other = policyOf(ResourceARN, 'kinesis:GetRecords')
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy: other }))
  expect(await get()).toBe(other)
  await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN }))
  expect(await get()).toBe('{}')
  await expect(
    kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN })),
  ).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `No resource policy found for resource ARN ${ResourceARN}.`,
  })
})

test('another account uses a stream as far as its policy goes', async () => {
  const StreamName = await newStream(kinesis)
  const StreamARN = streamArn(StreamName)
  const put = () =>
    other.send(new PutRecordCommand({ StreamARN, PartitionKey: 'k', Data: Buffer.from('theirs') }))
  await expect(put()).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message:
      `User: arn:aws:iam::${account}:root is not authorized to perform: kinesis:PutRecord on ` +
      `resource: ${StreamARN} because no resource-based policy allows the kinesis:PutRecord action`,
  })
  const read = ['kinesis:Get*', 'kinesis:ListShards', 'kinesis:DescribeStreamSummary']
  const Policy = policyOf(StreamARN, [...read, 'kinesis:PutRecord'])
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy }))
  await put()
  await other.send(new DescribeStreamSummaryCommand({ StreamARN }))
  const { Shards } = await other.send(new ListShardsCommand({ StreamARN }))
  const { ShardIterator } = await other.send(
    new GetShardIteratorCommand({
      StreamARN,
      ShardId: Shards?.[0]?.ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  )
  const page = await other.send(new GetRecordsCommand({ StreamARN, ShardIterator }))
  expect(page.Records?.map(({ Data }) => text(Data))).toEqual(['theirs'])
  const split = new SplitShardCommand({ StreamARN, ShardToSplit: '0', NewStartingHashKey: '9' })
  await expect(other.send(split)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  const third = kinesisClient({ account: newAccount() })
  const refused = third.send(new ListShardsCommand({ StreamARN }))
  await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('a stream that is not there is not told from one that is not shared', async () => {
  const StreamARN = streamArn('none')
  const refused = other.send(new ListShardsCommand({ StreamARN }))
  await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('a consumer is shared by a policy of its own', async () => {
  const StreamName = await newStream(kinesis)
  const StreamARN = streamArn(StreamName)
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'shared' }),
  )
  const ConsumerARN = Consumer?.ConsumerARN ?? ''
  const subscribe = () =>
    other.send(
      new SubscribeToShardCommand({
        ConsumerARN,
        ShardId: '0',
        StartingPosition: { Type: 'TRIM_HORIZON' },
      }),
    )
  await expect(subscribe()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  const Policy = policyOf(ConsumerARN, ['kinesis:SubscribeToShard', 'kinesis:Describe*'])
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: ConsumerARN, Policy }))
  await other.send(new DescribeStreamConsumerCommand({ ConsumerARN }))
  await putText(kinesis, StreamName, 'k', 'for them')
  const { EventStream } = await subscribe()
  for await (const { SubscribeToShardEvent: event } of EventStream ?? []) {
    expect(event?.Records?.map(({ Data }) => text(Data))).toEqual(['for them'])
    break
  }
})

test('an explicit deny counts more than a permission, for the own account too', async () => {
  const StreamName = await newStream(kinesis)
  const ResourceARN = streamArn(StreamName)
  const Policy = policyOf(ResourceARN, 'kinesis:PutRecord', 'Deny', '*')
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
  await expect(putText(kinesis, StreamName, 'k', 'x')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('with an explicit deny in a resource-based policy'),
  })
  await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN }))
  await putText(kinesis, StreamName, 'k', 'x')
})

test('a policy that could not be obeyed is refused with what is wrong in it', async () => {
  const ResourceARN = streamArn(await newStream(kinesis))
  const statement = JSON.parse(policyOf(ResourceARN, 'kinesis:PutRecord')).Statement[0]
  const withOther = (change: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, ...change }] })
  const condition = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }
  for (const [Policy, why] of [
    ['{', 'it is not valid JSON'],
    ['[]', 'it is no JSON object'],
    ['{"Version":"2012-10-17"}', 'it has no Statement'],
    [JSON.stringify({ Version: '2020-01-01', Statement: [statement] }), 'Version 2020-01-01'],
    [withOther({ Effect: 'Perhaps' }), 'Effect is Allow or Deny'],
    [withOther({ Principal: undefined }), 'a Statement needs a Principal'],
    [withOther({ Principal: { AWS: 'me' } }), 'the Principal me is not valid'],
    [withOther({ Action: 's3:GetObject' }), 'the action s3:GetObject is none of kinesis'],
    [withOther({ Action: 'kinesis:DeleteStream' }), 'the action kinesis:deletestream cannot'],
    [withOther({ Resource: streamArn('another') }), `Resource must be ${ResourceARN}`],
    [withOther({ Condition: condition }), 'Condition is not supported'],
    [withOther({ Sid: 'x'.repeat(20 * 1024) }), 'larger than 20480 bytes'],
  ] as const) {
    const put = kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
    await expect(put, Policy.slice(0, 100)).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining(why),
    })
  }
  const none = streamArn('none')
  await expect(
    kinesis.send(
      new PutResourcePolicyCommand({ ResourceARN: none, Policy: policyOf(none, 'kinesis:*') }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('nobody else puts a policy', async () => {
  const ResourceARN = streamArn(await newStream(kinesis))
  const Policy = policyOf(ResourceARN, 'kinesis:*')
  await expect(
    other.send(new PutResourcePolicyCommand({ ResourceARN, Policy })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('what a policy denies of a consumer is denied however the consumer is named', async () => {
  const StreamARN = streamArn(await newStream(kinesis))
  const ConsumerName = 'guarded'
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }),
  )
  const ResourceARN = Consumer?.ConsumerARN ?? ''
  const Policy = policyOf(ResourceARN, 'kinesis:DescribeStreamConsumer', 'Deny', '*')
  await kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
  for (const named of [{ ConsumerARN: ResourceARN }, { StreamARN, ConsumerName }]) {
    await expect(kinesis.send(new DescribeStreamConsumerCommand(named))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  }
})
